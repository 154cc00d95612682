//! A form that may bring a file along, in whichever of the two ways browsers send forms.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::IntoResponse as _;
use desk_kit::{Form, Halt};

use crate::Failure;
use crate::action::attachments::too_large;
use crate::desk::BODY_BYTES_MAX;
use crate::desk::frame::multipart;

/// The field of the file.
const FILE: &str = "file";

/// What was sent.
pub(in crate::desk) struct Upload {
    pub(in crate::desk) form: Form,
    /// Nothing where nobody chose one.
    pub(in crate::desk) file: Option<SentFile>,
}

/// A file that was chosen.
pub(in crate::desk) struct SentFile {
    /// What it is called where it comes from.
    pub(in crate::desk) name: String,
    pub(in crate::desk) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Halt;

    async fn from_request(request: Request, state: &S) -> Result<Self, Halt> {
        let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Some(boundary) = said.and_then(multipart::boundary).map(str::to_owned) else {
            let form = Form::from_request(request, state).await;
            let form = form.map_err(|rejection| Halt::with(rejection.into_response()))?;
            return Ok(Self { form, file: None }.that_fits()?);
        };
        let body = Bytes::from_request(request, state).await.map_err(|_| too_large())?;
        Ok(Self::of(&boundary, &body).ok_or_else(not_whole)?.that_fits()?)
    }
}

impl Upload {
    fn of(boundary: &str, body: &Bytes) -> Option<Self> {
        let mut upload = Self { form: Form::default(), file: None };
        for part in multipart::parts(boundary, body)? {
            match part.file_name {
                None => upload.form.0.push((part.name, String::from_utf8_lossy(part.bytes).into_owned())),
                // Browsers send a field in which nobody chose anything, too.
                Some(name) if part.name == FILE && !(name.is_empty() && part.bytes.is_empty()) => {
                    upload.file = Some(SentFile { name, bytes: body.slice_ref(part.bytes) });
                }
                Some(_) => {}
            }
        }
        Some(upload)
    }

    /// The same, where no more was typed than a form without a file may bring: a draft keeps all of it.
    fn that_fits(self) -> Result<Self, Failure> {
        let typed: usize = self.form.0.iter().map(|(name, text)| name.len() + text.len()).sum();
        if typed <= BODY_BYTES_MAX { Ok(self) } else { Err(too_long()) }
    }
}

fn too_long() -> Failure {
    Failure::input(
        "form_too_large",
        "Yang diketik di formulir itu lebih dari 1 MiB. Tidak ada yang disimpan; kembali, lalu persingkat.",
        "What was typed into that form is more than 1 MiB. Nothing was saved; go back and shorten it.",
    )
}

fn not_whole() -> Failure {
    Failure::input(
        "form",
        "Unggahan itu tidak utuh. Tidak ada yang disimpan; coba lagi.",
        "That upload is not whole. Nothing was saved; try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_text_than_a_draft_keeps_is_refused_and_a_large_file_is_not() {
        let upload = |text: usize, file: usize| Upload {
            form: Form(vec![("isi".to_owned(), "x".repeat(text))]),
            file: Some(SentFile { name: "ktp.jpg".to_owned(), bytes: vec![0; file].into() }),
        };
        assert!(upload(20_000, 2 * BODY_BYTES_MAX).that_fits().is_ok());
        assert_eq!(
            upload(BODY_BYTES_MAX, 0).that_fits().err().map(|failure| failure.code),
            Some("form_too_large".into())
        );
    }

    #[test]
    fn a_file_that_nobody_chose_is_none() {
        let body = |name: &str, content: &str| {
            Bytes::from(format!(
                "--x\r\nContent-Disposition: form-data; name=\"nama\"\r\n\r\nSiti\r\n--x\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--x--\r\n"
            ))
        };
        let upload = Upload::of("x", &body("", "")).unwrap();
        assert_eq!((upload.form.get("nama"), upload.file.is_none()), ("Siti", true));
        let upload = Upload::of("x", &body("ktp.jpg", "")).unwrap();
        assert_eq!(upload.file.map(|file| (file.name, file.bytes.len())), Some(("ktp.jpg".to_owned(), 0)));
        assert!(Upload::of("x", &Bytes::from_static(b"--x\r\n")).is_none());
    }
}

//! What a form sent, and which pages it may lead to.

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use data_encoding::BASE64URL_NOPAD;

/// The fields of a form that was sent. Handlers take it as their last argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The first field of that name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, text)| text.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = FormRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, FormRejection> {
        axum::Form::from_request(request, state).await.map(|axum::Form(pairs)| Self(pairs))
    }
}

/// Where to go after signing in: a page of ours, nothing else.
pub fn destination(code: &str) -> String {
    let path = BASE64URL_NOPAD.decode(code.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    own_page(path.as_deref().unwrap_or_default()).to_owned()
}

/// A page of ours as it was asked for; the first page for anything that could lead elsewhere. Browsers take `\` for `/`
/// and leave out tabs and line ends, so neither may stand in it.
pub fn own_page(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//");
    if ours && !path.contains(|sign: char| sign == '\\' || sign.is_control()) { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        let to = |path: &str| destination(&BASE64URL_NOPAD.encode(path.as_bytes()));
        assert_eq!(to("/berkas?q=a"), "/berkas?q=a");
        for bad in ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nb", "/\t/evil.example"] {
            assert_eq!((to(bad).as_str(), own_page(bad)), ("/", "/"), "{bad}");
        }
        assert_eq!(destination("!!"), "/");
    }
}

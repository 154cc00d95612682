//! What a browser holds of a session.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// A cookie for one site alone, which no script can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookie {
    /// Its name. Names that begin with `__Host-` are refused by browsers unless the cookie is secure.
    pub name: &'static str,
    /// Sent over TLS only.
    pub is_secure: bool,
}

impl Cookie {
    /// What the browser holds.
    pub fn token_of(self, headers: &HeaderMap) -> Option<String> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.name).map(|(_, token)| token.to_owned())
    }

    /// Has the browser hold a token, or none any more.
    pub fn hold(self, response: &mut Response, token: Option<&str>) {
        let secure = if self.is_secure { "Secure; " } else { "" };
        let end = if token.is_some() { "" } else { "; Max-Age=0" };
        let token = token.unwrap_or_default();
        let text = format!("{}={token}; Path=/; {secure}HttpOnly; SameSite=Strict{end}", self.name);
        if let Ok(text) = HeaderValue::from_str(&text) {
            response.headers_mut().append(SET_COOKIE, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_browser_is_told_to_hold_and_gives_back_its_own_cookie_only() {
        let cookie = Cookie { name: "__Host-desk", is_secure: true };
        let mut response = Response::new(Body::empty());
        cookie.hold(&mut response, Some("abc"));
        let told = response.headers()[SET_COOKIE].to_str().unwrap();
        assert_eq!(told, "__Host-desk=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; desk=other"));
        assert_eq!(cookie.token_of(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("b=2; __Host-desk=abc"));
        assert_eq!(cookie.token_of(&headers).as_deref(), Some("abc"));
    }
}

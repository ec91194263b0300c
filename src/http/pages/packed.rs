//! Pages and what they are made of, compressed on their way (RFC 9110, section 8.4).

use std::io::Write as _;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};

/// Less is not worth the work.
const BYTES_MIN: usize = 500;
/// More is not sent by any page.
const BYTES_MAX: usize = 4 << 20;

/// Does whoever sent this `Accept-Encoding` read gzip?
pub(super) fn reads_gzip(accepted: &HeaderValue) -> bool {
    let accepted = accepted.to_str().unwrap_or_default().to_ascii_lowercase();
    accepted.split(',').map(str::trim).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && weight.trim().trim_start_matches("q=").parse() != Ok(0.0)
    })
}

/// The same answer, compressed where that is worth it.
pub(super) async fn pack(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if head.status != StatusCode::OK {
        return Response::from_parts(head, body);
    }
    let Ok(bytes) = to_bytes(body, BYTES_MAX).await else {
        head.status = StatusCode::INTERNAL_SERVER_ERROR;
        return Response::from_parts(head, Body::empty());
    };
    if bytes.len() < BYTES_MIN {
        return Response::from_parts(head, Body::from(bytes));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    match encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
        Ok(packed) => {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::from(packed))
        }
        Err(_) => Response::from_parts(head, Body::from(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_gzip_says_so() {
        for (said, reads) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("GZIP", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(reads_gzip(&HeaderValue::from_static(said)), reads, "{said}");
        }
    }
}

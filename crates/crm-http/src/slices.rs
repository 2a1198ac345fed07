//! Large bodies in slices, so that a client that takes an answer slowly has little of it copied for it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

/// Bytes of a slice.
const SLICE: usize = 32 * 1024;

/// A body of these bytes.
pub(crate) fn body_of(bytes: Bytes) -> BoxBody {
    if bytes.len() <= SLICE {
        BoxBody::new(bytes)
    } else {
        BoxBody::new(Slices { size: bytes.len(), rest: bytes })
    }
}

/// Bytes that are handed out slice by slice. The slices share them.
struct Slices {
    size: usize,
    rest: Bytes,
}

impl MessageBody for Slices {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let rest = &mut self.get_mut().rest;
        let slice = rest.split_to(rest.len().min(SLICE));
        Poll::Ready((!slice.is_empty()).then_some(Ok(slice)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_body_comes_out_whole_in_slices() {
        for size in [0, 1, SLICE, SLICE + 1, 3 * SLICE] {
            let bytes = Bytes::from((0..=250).cycle().take(size).collect::<Vec<u8>>());
            let mut body = body_of(bytes.clone());
            assert_eq!(body.size(), BodySize::Sized(size as u64));
            let mut whole = Vec::new();
            let mut next =
                || std::future::poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).now_or_never().unwrap();
            while let Some(slice) = next() {
                let slice = slice.unwrap();
                assert!(slice.len() <= SLICE);
                whole.extend_from_slice(&slice);
            }
            assert_eq!(whole, bytes);
        }
    }
}

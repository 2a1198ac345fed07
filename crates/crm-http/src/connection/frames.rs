//! The heads of HTTP/2 requests, counted before they are kept: the framework would take 16 MiB of one.
//!
//! Only the lengths and kinds of frames are looked at (RFC 9113 section 4.1).

/// The largest head taken, in compressed bytes.
const LARGEST_HEAD: usize = 32 * 1024;
/// What a client says first.
const PREFACE: usize = 24;
/// Bytes before the payload of a frame.
const FRAME_HEAD: usize = 9;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;

/// Where in the frames of a connection we are.
#[derive(Debug)]
pub(super) struct Frames {
    /// Bytes to pass over.
    skip: usize,
    head: Vec<u8>,
    /// Bytes of the head that is coming in.
    block: usize,
}

/// The head of a request is larger than any may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeadTooLarge;

impl Frames {
    /// At the beginning of a connection.
    pub(super) fn new() -> Self {
        Self { skip: PREFACE, head: Vec::with_capacity(FRAME_HEAD), block: 0 }
    }

    /// Goes on through what came.
    ///
    /// # Errors
    /// [`HeadTooLarge`].
    pub(super) fn look(&mut self, mut bytes: &[u8]) -> Result<(), HeadTooLarge> {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let Some((byte, rest)) = bytes.split_first() else {
                return Ok(());
            };
            bytes = rest;
            self.head.push(*byte);
            if let &[high, middle, low, kind, ..] = self.head.as_slice()
                && self.head.len() == FRAME_HEAD
            {
                self.head.clear();
                self.skip = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
                match kind {
                    HEADERS => self.block = self.skip,
                    CONTINUATION => self.block += self.skip,
                    _ => {}
                }
                if self.block > LARGEST_HEAD {
                    return Err(HeadTooLarge);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, length: usize) -> Vec<u8> {
        let length_bytes = u32::try_from(length).unwrap().to_be_bytes();
        let mut frame = length_bytes[1..].to_vec();
        frame.extend([kind, 0, 0, 0, 0, 1]);
        frame.resize(FRAME_HEAD + length, 0xff);
        frame
    }

    fn looked(frames: &[Vec<u8>], piece: usize) -> Result<(), HeadTooLarge> {
        let mut all = vec![b'P'; PREFACE];
        all.extend(frames.concat());
        let mut looking = Frames::new();
        all.chunks(piece).try_for_each(|piece| looking.look(piece))
    }

    #[test]
    fn a_head_is_counted_over_all_its_frames_and_data_is_not() {
        let (data, headers, more) = (frame(0, 60_000), frame(HEADERS, 20_000), frame(CONTINUATION, 20_000));
        for piece in [1, 7, 10_000, 200_000] {
            assert_eq!(
                looked(&[headers.clone(), data.clone(), headers.clone(), data.clone()], piece),
                Ok(())
            );
            assert_eq!(looked(&[headers.clone(), more.clone()], piece), Err(HeadTooLarge));
            assert_eq!(looked(&[frame(HEADERS, 40_000)], piece), Err(HeadTooLarge));
        }
    }
}

//! Where a response's body ends, and its bytes without framing.

use super::super::error::{ErrorCode, HttpError};

/// Bytes of chunk sizes, extensions and trailers that one response may have.
const OVERHEAD_BYTES: u32 = 64 * 1024;

/// The framing of a body (RFC 9112 §6.3), and how far it was read.
#[derive(Debug)]
pub(in super::super) enum Framing {
    /// This many bytes are missing.
    Length(u64),
    /// Chunked transfer coding.
    Chunked(Chunks),
    /// Until the server closes.
    Close,
}

/// The state of a chunked body.
#[derive(Debug, Default)]
pub(in super::super) struct Chunks {
    at: ChunkState,
    /// Bytes missing of this chunk, or its size so far.
    left: u64,
    overhead: u32,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum ChunkState {
    #[default]
    FirstDigit,
    Size,
    Extension,
    SizeEnd,
    Data,
    DataEnd,
    DataLineEnd,
    TrailerStart,
    Trailer,
    LastLineEnd,
    Done,
}

impl Framing {
    /// Takes in bytes from the wire and hands the body's to `sink`. Returns how many bytes belonged to the body;
    /// those after its end are left.
    pub(in super::super) fn feed(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), HttpError>,
    ) -> Result<usize, HttpError> {
        match self {
            Framing::Length(left) => {
                let taken = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                sink(&bytes[..taken])?;
                *left -= taken as u64;
                Ok(taken)
            }
            Framing::Close => sink(bytes).map(|()| bytes.len()),
            Framing::Chunked(chunks) => chunks.feed(bytes, sink),
        }
    }

    /// Whether the body is complete.
    pub(in super::super) fn is_done(&self) -> bool {
        match self {
            Framing::Length(left) => *left == 0,
            Framing::Chunked(chunks) => chunks.at == ChunkState::Done,
            Framing::Close => false,
        }
    }
}

impl Chunks {
    fn feed(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), HttpError>,
    ) -> Result<usize, HttpError> {
        let mut at = 0;
        while self.at != ChunkState::Done
            && let Some(&byte) = bytes.get(at)
        {
            if self.at == ChunkState::Data {
                let rest = &bytes[at..];
                let taken = usize::try_from(self.left).map_or(rest.len(), |left| left.min(rest.len()));
                sink(&rest[..taken])?;
                self.left -= taken as u64;
                at += taken;
                if self.left == 0 {
                    self.at = ChunkState::DataEnd;
                }
            } else {
                self.step(byte)?;
                at += 1;
            }
        }
        Ok(at)
    }

    /// Takes one byte that isn't data.
    fn step(&mut self, byte: u8) -> Result<(), HttpError> {
        self.overhead += 1;
        self.at = match (&self.at, byte) {
            (ChunkState::FirstDigit | ChunkState::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                self.digit(byte)?
            }
            (ChunkState::Size, b'\r') => ChunkState::SizeEnd,
            (ChunkState::Size, b';' | b' ' | b'\t') => ChunkState::Extension,
            (ChunkState::Extension, b'\r') => ChunkState::SizeEnd,
            (ChunkState::Extension, byte) if byte != b'\n' => ChunkState::Extension,
            (ChunkState::SizeEnd, b'\n') if self.left == 0 => ChunkState::TrailerStart,
            (ChunkState::SizeEnd, b'\n') => ChunkState::Data,
            (ChunkState::DataEnd, b'\r') => ChunkState::DataLineEnd,
            (ChunkState::DataLineEnd, b'\n') => self.next_chunk(),
            (ChunkState::TrailerStart, b'\r') => ChunkState::LastLineEnd,
            (ChunkState::LastLineEnd, b'\n') => ChunkState::Done,
            (ChunkState::Trailer, b'\n') => ChunkState::TrailerStart,
            (ChunkState::TrailerStart | ChunkState::Trailer, _) => ChunkState::Trailer,
            (state, byte) => return Err(misplaced(state, byte)),
        };
        if self.overhead > OVERHEAD_BYTES {
            Err(malformed(
                "a line of a chunk, or the trailers, are longer than 64 KiB",
            ))
        } else {
            Ok(())
        }
    }

    fn digit(&mut self, byte: u8) -> Result<ChunkState, HttpError> {
        let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
        self.left = self
            .left
            .checked_mul(16)
            .and_then(|left| left.checked_add(digit))
            .ok_or_else(|| malformed("a chunk's size is too large"))?;
        Ok(ChunkState::Size)
    }

    fn next_chunk(&mut self) -> ChunkState {
        self.left = 0;
        // A body of many small chunks is allowed; one endless line is not.
        self.overhead = 0;
        ChunkState::FirstDigit
    }
}

#[cold]
fn malformed(why: &str) -> HttpError {
    HttpError::new(ErrorCode::Protocol, format!("malformed chunked body: {why}"))
}

/// What was due where this byte came.
#[cold]
fn misplaced(state: &ChunkState, byte: u8) -> HttpError {
    let due = match state {
        ChunkState::FirstDigit | ChunkState::Size => "the size of a chunk",
        ChunkState::Extension | ChunkState::SizeEnd => "the end of the line of a chunk's size",
        ChunkState::DataEnd | ChunkState::DataLineEnd => "the end of a chunk",
        _ => "the end of the trailers",
    };
    malformed(&format!("{:?} instead of {due}", char::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(framing: &mut Framing, parts: &[&[u8]]) -> Result<(Vec<u8>, usize), HttpError> {
        let (mut body, mut taken) = (Vec::new(), 0);
        for part in parts {
            taken += framing.feed(part, &mut |bytes| {
                body.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        Ok((body, taken))
    }

    #[test]
    fn reads_chunks_split_at_every_byte() {
        let wire = b"5;name=\"v\"\r\nhello\r\n01\r\n \r\nA\r\n0123456789\r\n0\r\nx-trailer: 1\r\n\r\n";
        for split in 0..=wire.len() {
            let mut framing = Framing::Chunked(Chunks::default());
            let (body, taken) = read(&mut framing, &[&wire[..split], &wire[split..]]).expect("valid");
            assert_eq!(
                (body.as_slice(), taken),
                (&b"hello 0123456789"[..], wire.len()),
                "split at {split}"
            );
            assert!(framing.is_done());
        }
    }

    #[test]
    fn leaves_what_follows_the_body() {
        let mut chunked = Framing::Chunked(Chunks::default());
        assert_eq!(
            read(&mut chunked, &[b"0\r\n\r\nHTTP"]).expect("valid"),
            (vec![], 5)
        );
        let mut length = Framing::Length(3);
        assert_eq!(
            read(&mut length, &[b"abcHTTP"]).expect("valid"),
            (b"abc".to_vec(), 3)
        );
    }

    #[test]
    fn refuses_malformed_chunks() {
        let wires: [&[u8]; 7] = [
            b"\r\n",
            b"x\r\n",
            b"5\nhello",
            b"5\r\nhelloX",
            b"1\r\na\rX",
            b"11111111111111111\r\n",
            b"-1\r\n",
        ];
        for wire in wires {
            let mut framing = Framing::Chunked(Chunks::default());
            assert_eq!(
                read(&mut framing, &[wire]).expect_err("malformed").code,
                ErrorCode::Protocol
            );
        }
    }

    #[test]
    fn refuses_endless_trailers() {
        let mut framing = Framing::Chunked(Chunks::default());
        let trailer = vec![b'a'; OVERHEAD_BYTES as usize];
        assert!(read(&mut framing, &[b"0\r\n", &trailer]).is_err());
    }
}

//! Any bytes as the answer of a server: they are refused or read, whole or in pieces alike.

use super::super::decode::decode;
use super::super::h1::response::ResponseReader;
use super::super::prepared::Wanted;
use crate::tests::fuzz::gate;

const GOOD: &[&str] = &[
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nset-cookie: a=b; Path=/; Max-Age=5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\ntrailer: x\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\nconnection: close\r\n\r\nsome text",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 302 Found\r\nlocation: http://h:1/../x?y#z\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x07\x08",
];

const WORDS: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    ": ",
    " ",
    "\t",
    "\0",
    "HTTP/1.1 200 OK\r\n",
    "content-length: 18446744073709551616\r\n",
    "content-length: -1\r\n",
    "transfer-encoding: chunked\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "ffffffffffffffff\r\n",
    "0\r\n\r\n",
    "connection: upgrade\r\n",
    "set-cookie: ",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "\u{ff}",
];

/// Feeds pieces; the body that came of it, or the error's words.
fn read(pieces: &[&[u8]]) -> Result<(bool, Vec<u8>), String> {
    let wanted = Wanted {
        keep: true,
        head: false,
        max_body: 1 << 20,
    };
    let mut reader = ResponseReader::new(wanted, None);
    for piece in pieces {
        if reader.feed(piece).map_err(|fault| fault.code.name().to_owned())? {
            return Ok((true, reader.into_received().bytes.to_vec()));
        }
    }
    let _ = reader.close();
    Ok((false, reader.into_received().bytes.to_vec()))
}

#[test]
fn fuzz_answers_of_servers_are_refused_or_read_whatever_their_pieces() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    gate(20_000, |dice| {
        let mut wire = dice.bytes(GOOD, WORDS);
        wire.truncate(100_000);
        let cut = dice.below(wire.len() + 1);
        let (one, other) = wire.split_at(cut);
        let pieces = [one, other].map(<[u8]>::to_vec);
        let pieces: Vec<&[u8]> = pieces
            .iter()
            .map(Vec::as_slice)
            .filter(|piece| !piece.is_empty())
            .collect();
        let (whole, split) = (read(&[&wire]), read(&pieces));
        if let (Ok((true, whole)), Ok((true, split))) = (&whole, &split) {
            assert_eq!(whole, split);
        }
        if let Ok((true, bytes)) = whole {
            let head = bytes
                .windows(4)
                .position(|end| end == b"\r\n\r\n")
                .map_or(0, |at| at + 4);
            let (head, body) = bytes.split_at(head);
            let _ = runtime.block_on(decode(head, body, 1 << 20, None));
        }
    });
}

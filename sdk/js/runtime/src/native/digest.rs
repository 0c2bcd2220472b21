//! Hashes, plain and with a key.

use crate::value::{Answer, Call};
use digest::{Digest, FixedOutput, KeyInit, Update};
use hmac::{EagerHash, Hmac};

/// Calls a generic function for the hash of this name.
macro_rules! with_hash {
    ($name:expr, $call:expr, $function:ident($($argument:expr),*)) => {
        match &*$name {
            "md4" => Ok($function::<md4::Md4>($($argument),*)),
            "md5" => Ok($function::<md5::Md5>($($argument),*)),
            "sha1" => Ok($function::<sha1::Sha1>($($argument),*)),
            "sha256" => Ok($function::<sha2::Sha256>($($argument),*)),
            "sha384" => Ok($function::<sha2::Sha384>($($argument),*)),
            "sha512" => Ok($function::<sha2::Sha512>($($argument),*)),
            "sha512_224" => Ok($function::<sha2::Sha512_224>($($argument),*)),
            "sha512_256" => Ok($function::<sha2::Sha512_256>($($argument),*)),
            "ripemd160" => Ok($function::<ripemd::Ripemd160>($($argument),*)),
            other => Err($call.js.throw_type(&format!(
                "`{other}` isn't a hash that is known; there are md4, md5, sha1, sha256, sha384, sha512, sha512_224, \
                 sha512_256 and ripemd160"
            ))),
        }
    };
}

pub(super) fn hash(call: &Call<'_>) -> Answer {
    let name = call.text(0)?;
    let bytes = call.bytes(1)?;
    let sum: Vec<u8> = with_hash!(name, call, plain(&bytes))?;
    call.js.array_buffer(&sum)
}

pub(super) fn hmac(call: &Call<'_>) -> Answer {
    let name = call.text(0)?;
    let (key, bytes) = (call.bytes(1)?, call.bytes(2)?);
    let sum: Vec<u8> = with_hash!(name, call, keyed(&key, &bytes))?;
    call.js.array_buffer(&sum)
}

fn plain<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

fn keyed<D: EagerHash>(key: &[u8], bytes: &[u8]) -> Vec<u8>
where
    Hmac<D>: KeyInit + Update + FixedOutput,
{
    let mut state = <Hmac<D> as KeyInit>::new_from_slice(key).expect("any key has a fitting length");
    Update::update(&mut state, bytes);
    state.finalize_fixed().to_vec()
}

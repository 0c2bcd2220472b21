//! The engine's values: how natives read their arguments and make their results.
//!
//! Everything here goes straight to the engine's own functions, because each call of a script
//! passes here several times per request.

use rquickjs::qjs;
use std::ffi::c_int;
use std::ptr::NonNull;

/// A value as the engine passes it. Who holds one owns one reference, unless said otherwise.
pub(crate) type Raw = qjs::JSValue;

/// An exception is pending in the engine.
pub(crate) struct Thrown;

/// What a native returns.
pub(crate) type Answer = Result<Raw, Thrown>;

/// The engine's context: makes values and throws exceptions.
#[derive(Clone, Copy)]
pub(crate) struct Js(NonNull<qjs::JSContext>);

impl Js {
    /// # Safety
    ///
    /// The context must be alive as long as this value and all that is made with it is used.
    pub(crate) unsafe fn new(context: NonNull<qjs::JSContext>) -> Js {
        Js(context)
    }

    pub(crate) fn as_ptr(self) -> *mut qjs::JSContext {
        self.0.as_ptr()
    }

    /// An exception, when the engine says so by its result.
    fn checked(value: Raw) -> Answer {
        // SAFETY: looks at the tag only.
        if unsafe { qjs::JS_IsException(value) } {
            return Err(Thrown);
        }
        Ok(value)
    }

    pub(crate) fn text(self, text: &str) -> Answer {
        self.lossy_text(text.as_bytes())
    }

    /// Text from UTF-8; what isn't UTF-8 becomes U+FFFD.
    pub(crate) fn lossy_text(self, bytes: &[u8]) -> Answer {
        // SAFETY: the engine copies the bytes.
        Js::checked(unsafe { qjs::JS_NewStringLen(self.as_ptr(), bytes.as_ptr().cast(), size(bytes.len())) })
    }

    pub(crate) fn array_buffer(self, bytes: &[u8]) -> Answer {
        // SAFETY: the engine copies the bytes.
        Js::checked(unsafe { qjs::JS_NewArrayBufferCopy(self.as_ptr(), bytes.as_ptr(), size(bytes.len())) })
    }

    /// Takes ownership of the elements.
    pub(crate) fn array(self, elements: &[Raw]) -> Answer {
        let count = c_int::try_from(elements.len()).unwrap_or(c_int::MAX);
        // SAFETY: `elements` are that many owned values, which the engine takes.
        Js::checked(unsafe { qjs::JS_NewArrayFrom(self.as_ptr(), count, elements.as_ptr()) })
    }

    /// A plain object. Takes ownership of the values.
    pub(crate) fn object<const N: usize>(self, names: &[qjs::JSAtom; N], values: [Raw; N]) -> Answer {
        // SAFETY: as many names as values; the engine takes the values.
        Js::checked(unsafe {
            qjs::JS_NewObjectFrom(self.as_ptr(), N as c_int, names.as_ptr(), values.as_ptr())
        })
    }

    /// Pairs of texts as an array of arrays.
    pub(crate) fn pairs(self, pairs: &[(String, String)]) -> Answer {
        let mut elements = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            elements.push(self.array(&[self.text(key)?, self.text(value)?])?);
        }
        self.array(&elements)
    }

    /// What the engine makes of a JSON text.
    pub(crate) fn json(self, mut bytes: Vec<u8>) -> Answer {
        let length = bytes.len();
        bytes.push(0);
        // SAFETY: the text ends with a zero, as the parser wants it, and is copied.
        Js::checked(unsafe {
            qjs::JS_ParseJSON(
                self.as_ptr(),
                bytes.as_ptr().cast(),
                size(length),
                c"body".as_ptr(),
            )
        })
    }

    /// A name for properties, made once and kept.
    pub(crate) fn atom(self, name: &str) -> qjs::JSAtom {
        // SAFETY: the engine copies the name.
        unsafe { qjs::JS_NewAtomLen(self.as_ptr(), name.as_ptr().cast(), size(name.len())) }
    }

    pub(crate) fn throw(self, message: &str) -> Thrown {
        self.throw_with(message, |js, text| {
            // SAFETY: the format takes one text, which ends with a zero.
            unsafe { qjs::JS_ThrowPlainError(js, c"%s".as_ptr(), text) }
        })
    }

    pub(crate) fn throw_type(self, message: &str) -> Thrown {
        self.throw_with(message, |js, text| {
            // SAFETY: the format takes one text, which ends with a zero.
            unsafe { qjs::JS_ThrowTypeError(js, c"%s".as_ptr(), text) }
        })
    }

    fn throw_with(
        self,
        message: &str,
        throw: impl Fn(*mut qjs::JSContext, *const std::ffi::c_char) -> Raw,
    ) -> Thrown {
        let text = std::ffi::CString::new(message.replace('\0', " ")).unwrap_or_default();
        throw(self.as_ptr(), text.as_ptr());
        Thrown
    }

    /// Gives up one reference.
    pub(crate) fn free(self, value: Raw) {
        // SAFETY: whoever calls this owned the reference.
        unsafe { qjs::JS_FreeValue(self.as_ptr(), value) };
    }
}

pub(crate) fn bool(value: bool) -> Raw {
    if value { qjs::JS_TRUE } else { qjs::JS_FALSE }
}

pub(crate) fn number(value: f64) -> Raw {
    qjs::JS_NewFloat64(value)
}

/// Exact up to 2^53, which no count and no time in microseconds reaches.
pub(crate) fn count(value: u64) -> Raw {
    match i32::try_from(value) {
        Ok(value) => qjs::JS_MKVAL(qjs::JS_TAG_INT, value),
        Err(_) => qjs::JS_NewFloat64(value as f64),
    }
}

pub(crate) fn is_absent(value: Raw) -> bool {
    // SAFETY: looks at the tag only.
    unsafe { qjs::JS_IsUndefined(value) || qjs::JS_IsNull(value) }
}

/// One call of a native. The arguments are borrowed.
pub(crate) struct Call<'a> {
    pub(crate) js: Js,
    pub(crate) arguments: &'a [Raw],
}

impl Call<'_> {
    pub(crate) fn at(&self, index: usize) -> Raw {
        self.arguments.get(index).copied().unwrap_or(qjs::JS_UNDEFINED)
    }

    /// The argument as text; empty if it is absent.
    pub(crate) fn text(&self, index: usize) -> Result<Text, Thrown> {
        Text::of(self.js, self.at(index))
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<Bytes, Thrown> {
        Bytes::of(self.js, self.at(index))
    }

    pub(crate) fn pairs(&self, index: usize) -> Result<Pairs, Thrown> {
        Pairs::of(self.js, self.at(index))
    }

    /// The argument as a number; 0 if it is absent.
    pub(crate) fn number(&self, index: usize) -> Result<f64, Thrown> {
        let value = self.at(index);
        // SAFETY: looks at the tag only.
        if unsafe { qjs::JS_IsInt(value) } {
            // SAFETY: it is an integer.
            return Ok(f64::from(unsafe { qjs::JS_VALUE_GET_INT(value) }));
        }
        if is_absent(value) {
            return Ok(0.0);
        }
        let mut number = 0.0;
        // SAFETY: the engine writes one number.
        if unsafe { qjs::JS_ToFloat64(self.js.as_ptr(), &raw mut number, value) } < 0 {
            return Err(Thrown);
        }
        Ok(number)
    }

    /// The argument as a count: fractions are cut, what is too small or too large is kept in range.
    pub(crate) fn count(&self, index: usize) -> Result<u64, Thrown> {
        Ok(self.number(index)? as u64)
    }

    pub(crate) fn is_true(&self, index: usize) -> bool {
        // SAFETY: testing for truth runs no script.
        unsafe { qjs::JS_ToBool(self.js.as_ptr(), self.at(index)) == 1 }
    }
}

/// A string of the engine as UTF-8. Plain ASCII isn't copied.
pub(crate) struct Text {
    js: Js,
    start: *const u8,
    length: usize,
    /// What to give back to the engine, if anything.
    held: *const std::ffi::c_char,
    owned: Option<String>,
}

impl Text {
    fn of(js: Js, value: Raw) -> Result<Text, Thrown> {
        if is_absent(value) {
            return Ok(Text::empty(js));
        }
        let mut length: qjs::size_t = 0;
        // SAFETY: the engine gives text that lives until it is given back.
        let held = unsafe { qjs::JS_ToCStringLen2(js.as_ptr(), &raw mut length, value, false) };
        if held.is_null() {
            return Err(Thrown);
        }
        let mut text = Text {
            js,
            start: held.cast(),
            length: length as usize,
            held,
            owned: None,
        };
        // SAFETY: the engine gave that many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(text.start, text.length) };
        if std::str::from_utf8(bytes).is_err() {
            // Half of a surrogate pair isn't text that could leave the engine.
            text.owned = Some(String::from_utf8_lossy(bytes).into_owned());
        }
        Ok(text)
    }

    fn empty(js: Js) -> Text {
        Text {
            js,
            start: NonNull::dangling().as_ptr(),
            length: 0,
            held: std::ptr::null(),
            owned: None,
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.owned {
            Some(owned) => owned,
            // SAFETY: checked to be UTF-8 when it was made, and held since.
            None => unsafe {
                std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.start, self.length))
            },
        }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if !self.held.is_null() {
            // SAFETY: it came from the engine and is given back once.
            unsafe { qjs::JS_FreeCString(self.js.as_ptr(), self.held) };
        }
    }
}

/// Bytes of a string, an `ArrayBuffer` or a typed array.
pub(crate) enum Bytes {
    Text(Text),
    /// Borrowed from a buffer that is an argument of the running native, which runs no script
    /// meanwhile: nobody can shrink it.
    Buffer(*const u8, usize),
}

impl Bytes {
    fn of(js: Js, value: Raw) -> Result<Bytes, Thrown> {
        // SAFETY: looks at the tag only.
        if !unsafe { qjs::JS_IsObject(value) } {
            return Text::of(js, value).map(Bytes::Text);
        }
        let mut length: qjs::size_t = 0;
        // SAFETY: looks at an object's class only.
        let kind = unsafe { qjs::JS_GetTypedArrayType(value) };
        if kind >= 0 {
            return Bytes::of_view(js, value);
        }
        // SAFETY: the engine gives the place of the buffer's bytes, or throws.
        let start = unsafe { qjs::JS_GetArrayBuffer(js.as_ptr(), &raw mut length, value) };
        if start.is_null() && length != 0 {
            return Err(Thrown);
        }
        // SAFETY: an exception is pending if it isn't a buffer; an empty buffer has none.
        if start.is_null() && unsafe { qjs::JS_HasException(js.as_ptr()) } {
            return Err(Thrown);
        }
        Ok(Bytes::Buffer(start, length as usize))
    }

    fn of_view(js: Js, value: Raw) -> Result<Bytes, Thrown> {
        let (mut offset, mut length, mut all): (qjs::size_t, qjs::size_t, qjs::size_t) = (0, 0, 0);
        // SAFETY: the engine writes offset and length.
        let buffer = unsafe {
            qjs::JS_GetTypedArrayBuffer(
                js.as_ptr(),
                value,
                &raw mut offset,
                &raw mut length,
                std::ptr::null_mut(),
            )
        };
        let buffer = Js::checked(buffer)?;
        // SAFETY: it is a buffer, which the view keeps alive.
        let start = unsafe { qjs::JS_GetArrayBuffer(js.as_ptr(), &raw mut all, buffer) };
        js.free(buffer);
        if start.is_null() {
            return Ok(Bytes::Buffer(start, 0));
        }
        // SAFETY: a view lies within its buffer.
        Ok(Bytes::Buffer(
            unsafe { start.add(offset as usize) },
            length as usize,
        ))
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Text(text) => text.as_bytes(),
            Bytes::Buffer(start, _) if start.is_null() => &[],
            // SAFETY: the buffer lives as long as the native's arguments.
            Bytes::Buffer(start, length) => unsafe { std::slice::from_raw_parts(*start, *length) },
        }
    }
}

/// The elements of an array, held.
pub(crate) struct Elements {
    js: Js,
    values: Vec<Raw>,
}

impl Elements {
    /// None if the value is absent.
    pub(crate) fn of(js: Js, value: Raw) -> Result<Elements, Thrown> {
        let mut elements = Elements {
            js,
            values: Vec::new(),
        };
        if is_absent(value) {
            return Ok(elements);
        }
        let mut length = 0;
        // SAFETY: the engine writes the length, or throws.
        if unsafe { qjs::JS_GetLength(js.as_ptr(), value, &raw mut length) } < 0 {
            return Err(Thrown);
        }
        for index in 0..length {
            // SAFETY: what the engine gives is owned, and given back when dropped.
            let element = unsafe { qjs::JS_GetPropertyInt64(js.as_ptr(), value, index) };
            elements.values.push(Js::checked(element)?);
        }
        Ok(elements)
    }

    pub(crate) fn as_call(&self) -> Call<'_> {
        Call {
            js: self.js,
            arguments: &self.values,
        }
    }

    pub(crate) fn values(&self) -> &[Raw] {
        &self.values
    }
}

impl Drop for Elements {
    fn drop(&mut self) {
        for value in &self.values {
            self.js.free(*value);
        }
    }
}

/// Pairs of texts: headers and tags.
pub(crate) struct Pairs(Vec<(Text, Text)>);

impl Pairs {
    fn of(js: Js, value: Raw) -> Result<Pairs, Thrown> {
        let mut pairs = Vec::new();
        for pair in Elements::of(js, value)?.values() {
            let pair = Elements::of(js, *pair)?;
            let pair = pair.as_call();
            pairs.push((pair.text(0)?, pair.text(1)?));
        }
        Ok(Pairs(pairs))
    }

    pub(crate) fn borrowed(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value)).collect()
    }
}

fn size(length: usize) -> qjs::size_t {
    length as qjs::size_t
}

//! Hugging Face tokenizers behind the C interface that `tokenizer_ffi.h`
//! declares. No function panics across the border, none starts a thread, and
//! there is no global state.

use std::ffi::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};

use tokenizers::{PostProcessor, Tokenizer, TruncationDirection};

/// A loaded tokenizer. Shared by threads: nothing changes it after loading.
pub struct LoadedTokenizer {
    tokenizer: Tokenizer,
    /// Side that truncation removes tokens from.
    direction: TruncationDirection,
    /// Special tokens around one text.
    added_tokens: usize,
    /// Largest id that can come out, plus one.
    id_bound: u32,
}

/// Copies `message` with a terminating zero, cut at a character.
///
/// # Safety
/// `error` has room for `capacity` bytes, or `capacity` is 0.
unsafe fn report(message: &str, error: *mut c_char, capacity: usize) {
    if error.is_null() || capacity == 0 {
        return;
    }
    let mut end = message.len().min(capacity - 1);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    std::ptr::copy_nonoverlapping(message.as_ptr(), error.cast::<u8>(), end);
    *error.add(end) = 0;
}

fn panic_text(cause: Box<dyn std::any::Any + Send>) -> String {
    if let Some(text) = cause.downcast_ref::<&str>() {
        format!("tokenizer panicked: {text}")
    } else if let Some(text) = cause.downcast_ref::<String>() {
        format!("tokenizer panicked: {text}")
    } else {
        "tokenizer panicked".to_string()
    }
}

/// Runs `body`; turns a panic into an error.
fn guarded<T>(body: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|cause| Err(panic_text(cause)))
}

fn load(json: &[u8]) -> Result<LoadedTokenizer, String> {
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(|e| e.to_string())?;
    let direction = tokenizer
        .get_truncation()
        .map_or(TruncationDirection::Right, |params| params.direction);
    // What the file says of lengths is the exporter's taste; callers say theirs.
    tokenizer.with_truncation(None).map_err(|e| e.to_string())?;
    tokenizer.with_padding(None);
    let added_tokens = tokenizer
        .get_post_processor()
        .map_or(0, |processor| processor.added_tokens(false));
    let id_bound = match tokenizer.get_vocab(true).into_values().max() {
        Some(id) => id.checked_add(1).ok_or("token id out of range")?,
        None => return Err("the vocabulary is empty".to_string()),
    };
    if id_bound > i32::MAX as u32 {
        return Err(format!("token id out of range: {}", id_bound - 1));
    }
    Ok(LoadedTokenizer { tokenizer, direction, added_tokens, id_bound })
}

/// Ids with special tokens, at most `max_length`, and whether tokens were cut.
fn encode(loaded: &LoadedTokenizer, text: &str, max_length: usize) -> Result<(Vec<u32>, bool), String> {
    let room = max_length
        .checked_sub(loaded.added_tokens)
        .ok_or_else(|| format!("max_length leaves no room for special tokens: {max_length}"))?;
    let mut encoding = loaded
        .tokenizer
        .encode_fast(text, false)
        .map_err(|e| e.to_string())?;
    let truncated = encoding.len() > room;
    if truncated {
        encoding.truncate(room, 0, loaded.direction);
    }
    let encoding = loaded
        .tokenizer
        .post_process(encoding, None, true)
        .map_err(|e| e.to_string())?;
    Ok((encoding.get_ids().to_vec(), truncated))
}

/// # Safety
/// See `tokenizer_ffi.h`.
#[no_mangle]
pub unsafe extern "C" fn tunesmith_tokenizer_load(
    json: *const c_char,
    json_length: usize,
    error: *mut c_char,
    error_capacity: usize,
) -> *mut LoadedTokenizer {
    let result = guarded(|| load(std::slice::from_raw_parts(json.cast::<u8>(), json_length)));
    match result {
        Ok(loaded) => Box::into_raw(Box::new(loaded)),
        Err(message) => {
            report(&message, error, error_capacity);
            std::ptr::null_mut()
        }
    }
}

/// # Safety
/// See `tokenizer_ffi.h`.
#[no_mangle]
pub unsafe extern "C" fn tunesmith_tokenizer_free(tokenizer: *mut LoadedTokenizer) {
    if !tokenizer.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(Box::from_raw(tokenizer))));
    }
}

/// # Safety
/// See `tokenizer_ffi.h`.
#[no_mangle]
pub unsafe extern "C" fn tunesmith_tokenizer_id_bound(tokenizer: *const LoadedTokenizer) -> i32 {
    (*tokenizer).id_bound as i32
}

/// # Safety
/// See `tokenizer_ffi.h`.
#[no_mangle]
pub unsafe extern "C" fn tunesmith_tokenizer_encode(
    tokenizer: *const LoadedTokenizer,
    text: *const c_char,
    text_length: usize,
    ids: *mut i32,
    max_length: usize,
    truncated: *mut bool,
    error: *mut c_char,
    error_capacity: usize,
) -> i64 {
    let result = guarded(|| {
        let bytes = std::slice::from_raw_parts(text.cast::<u8>(), text_length);
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let (encoded, was_truncated) = encode(&*tokenizer, text, max_length)?;
        if encoded.len() > max_length {
            return Err("more tokens than max_length".to_string());
        }
        for (i, id) in encoded.iter().enumerate() {
            *ids.add(i) = i32::try_from(*id).map_err(|e| e.to_string())?;
        }
        *truncated = was_truncated;
        Ok(encoded.len() as i64)
    });
    match result {
        Ok(count) => count,
        Err(message) => {
            report(&message, error, error_capacity);
            -1
        }
    }
}

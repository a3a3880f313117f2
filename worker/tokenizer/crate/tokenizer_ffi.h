#ifndef TUNESMITH_WORKER_TOKENIZER_CRATE_TOKENIZER_FFI_H_
#define TUNESMITH_WORKER_TOKENIZER_CRATE_TOKENIZER_FFI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The C interface of the Rust library in this folder. Errors are written to
// `error` as zero-terminated text, cut to `error_capacity` bytes. No function
// unwinds into its caller.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tunesmith_tokenizer tunesmith_tokenizer;

// Of what a tokenizer.json says, which needs no terminating zero and is not
// null; its truncation and padding are cleared. Null on error.
tunesmith_tokenizer* tunesmith_tokenizer_load(const char* json,
                                              size_t json_length, char* error,
                                              size_t error_capacity);

// Null is allowed.
void tunesmith_tokenizer_free(tunesmith_tokenizer* tokenizer);

// Every id that encoding gives is below it.
int32_t tunesmith_tokenizer_id_bound(const tunesmith_tokenizer* tokenizer);

// Writes the ids of one text, special tokens included, into `ids`, which has
// room for `max_length`; returns their number, or -1 on error. `text` is not
// null. Any number of threads may encode with one tokenizer.
int64_t tunesmith_tokenizer_encode(const tunesmith_tokenizer* tokenizer,
                                   const char* text, size_t text_length,
                                   int32_t* ids, size_t max_length,
                                   bool* truncated, char* error,
                                   size_t error_capacity);

#ifdef __cplusplus
}
#endif

#endif  // TUNESMITH_WORKER_TOKENIZER_CRATE_TOKENIZER_FFI_H_

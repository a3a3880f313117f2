#ifndef TUNESMITH_CLIENT_CLI_RENDER_PRINTABLE_H_
#define TUNESMITH_CLIENT_CLI_RENDER_PRINTABLE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tunesmith::cli {

// `text` as it may be shown on a terminal: one line, without what could move
// the cursor, change colours or reorder text. Line breaks and tabs become
// spaces; other control characters (C0, DEL, C1, bidirectional overrides) and
// bytes that are not UTF-8 become U+FFFD. Everything that comes from the
// network or a file passes through here before it is printed.
std::string Printable(std::string_view text);

// Columns that printable text takes on a terminal: two for wide characters,
// none for combining ones. An approximation good enough for tables.
size_t DisplayWidth(std::string_view text);

// `text` cut to at most `columns` columns; a cut ends in "…".
std::string Shorten(std::string_view text, size_t columns);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_PRINTABLE_H_

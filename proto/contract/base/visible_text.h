#ifndef TUNESMITH_PROTO_CONTRACT_BASE_VISIBLE_TEXT_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_VISIBLE_TEXT_H_

#include <string>
#include <string_view>

namespace tunesmith {

// `text` with what cannot be seen, or taken for a plain space, as escapes:
// "caf\u00e9" stays as it is, a no-break space becomes `\u00a0`, a tab `\t`, a
// byte that is not UTF-8 `\xff`. A plain space is escaped where it is first or
// last. For messages in which two values that look alike are told apart.
std::string VisibleText(std::string_view text);

// `text` without white space and invisible characters at both ends.
std::string_view WithoutOuterSpace(std::string_view text);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_VISIBLE_TEXT_H_

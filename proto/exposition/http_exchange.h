#ifndef TUNESMITH_PROTO_EXPOSITION_HTTP_EXCHANGE_H_
#define TUNESMITH_PROTO_EXPOSITION_HTTP_EXCHANGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace tunesmith {

// One request and its answer over a connection that is then closed, without
// ever blocking. Not thread-safe.
class HttpExchange {
 public:
  // Takes `fd`, a socket that does not block.
  explicit HttpExchange(int fd) : fd_(fd) {}
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  int fd() const { return fd_; }
  // The next step is to write rather than to read.
  bool answering() const { return !answer_.empty(); }

  // Does what can be done now; `page` gives the body of `/metrics`. False once
  // the exchange is over.
  bool Advance(absl::FunctionRef<std::string()> page);

 private:
  bool Read(absl::FunctionRef<std::string()> page);
  bool Write();

  const int fd_;
  std::string request_;
  std::string answer_;
  size_t written_ = 0;
};

// The answer to a request's head, which ends with an empty line.
std::string HttpAnswer(std::string_view head,
                       absl::FunctionRef<std::string()> page);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_EXPOSITION_HTTP_EXCHANGE_H_

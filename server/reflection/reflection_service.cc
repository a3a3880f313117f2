#include "server/reflection/reflection_service.h"

#include "server/reflection/reflection_answers.h"

namespace tunesmith::server {
namespace {

namespace v1 = grpc::reflection::v1;
namespace v1alpha = grpc::reflection::v1alpha;

// One stream: an answer for each request, the next one read once the answer is
// written.
template <class Request, class Response>
class ReflectionReactor final
    : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit ReflectionReactor(const ReflectionAnswers* answers)
      : answers_(*answers) {
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::OK);
    // The two versions have the same bytes.
    v1::ServerReflectionRequest request;
    request.ParseFromString(request_.SerializeAsString());
    response_.ParseFromString(answers_.Answer(request).SerializeAsString());
    this->StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    response_.Clear();
    this->StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  const ReflectionAnswers& answers_;
  Request request_;
  Response response_;
};

}  // namespace

grpc::ServerBidiReactor<v1::ServerReflectionRequest,
                        v1::ServerReflectionResponse>*
ReflectionService::ServerReflectionInfo(grpc::CallbackServerContext*) {
  return new ReflectionReactor<v1::ServerReflectionRequest,
                               v1::ServerReflectionResponse>(answers_);
}

grpc::ServerBidiReactor<v1alpha::ServerReflectionRequest,
                        v1alpha::ServerReflectionResponse>*
AlphaReflectionService::ServerReflectionInfo(grpc::CallbackServerContext*) {
  return new ReflectionReactor<v1alpha::ServerReflectionRequest,
                               v1alpha::ServerReflectionResponse>(answers_);
}

}  // namespace tunesmith::server

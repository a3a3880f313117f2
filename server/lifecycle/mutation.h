#ifndef TUNESMITH_SERVER_LIFECYCLE_MUTATION_H_
#define TUNESMITH_SERVER_LIFECYCLE_MUTATION_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/request_digest.h"
#include "server/lifecycle/request_table.h"
#include "server/store/store.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/model.pb.h"
#include "tunesmith/v1/storage_service.pb.h"

// The gate that every change by a client goes through: it is made once for each
// request id, and written down with who made it, in the change's own
// transaction.

namespace tunesmith::server {

// Who asks.
struct Caller {
  // Whose resources it sees.
  std::string tenant;
  // The client's identity; empty where it has none.
  std::string principal;
  // Where it called from.
  std::string peer;
};

// A change that a client asks for.
struct Mutation {
  Caller caller;
  // "CancelJob".
  std::string method;
  // That the request names; empty where only the answer does.
  std::string resource;
  // Empty: the change is made each time.
  std::string request_id;
  // Of the request without its id; set where there is one.
  std::string digest;
  // See v1::AuditRecord.
  std::string detail;
};

// "CancelJob" of CancelJobRequest, and of a message inside it.
std::string MethodOf(const google::protobuf::Descriptor& request);
// What a request says beside resource, etag and request id, as text. A request
// for a new resource says nothing beside what the resource says, but which one
// it comes from.
std::string DetailOf(const google::protobuf::Message& request);

template <typename Request>
Mutation MutationOf(const Caller& caller, const Request& request) {
  Mutation mutation;
  mutation.caller = caller;
  mutation.method = MethodOf(*Request::descriptor());
  if constexpr (requires { request.name(); }) {
    mutation.resource = request.name();
  }
  if constexpr (requires { request.request_id(); }) {
    mutation.request_id = request.request_id();
    if (!mutation.request_id.empty()) mutation.digest = RequestDigest(request);
  }
  mutation.detail = DetailOf(request);
  return mutation;
}

// What an answer is about.
struct AnswerSubject {
  // Of the resource that it is; empty where it is none that can be read again.
  std::string uid;
  // Names of what was changed; empty: what the request names.
  std::vector<std::string> resources;
};
AnswerSubject SubjectOf(const v1::Job& answer);
AnswerSubject SubjectOf(const v1::CreateJobResponse& answer);
AnswerSubject SubjectOf(const v1::CancelJobsResponse& answer);
AnswerSubject SubjectOf(const v1::Dataset& answer);
AnswerSubject SubjectOf(const v1::Model& answer);
AnswerSubject SubjectOf(const v1::PruneStorageResponse& answer);
AnswerSubject SubjectOf(const google::protobuf::Message& answer);

// The resource `uid` as it is now. NOT_FOUND (RESOURCE_NOT_FOUND) when it was
// deleted meanwhile.
absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Job& answer);
absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::CreateJobResponse& answer);
absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Dataset& answer);
absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Model& answer);
// INTERNAL: answers of other kinds have no uid.
absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid,
                        google::protobuf::Message& answer);

// INVALID_ARGUMENT (INVALID_FIELD) for an id that is too long.
absl::Status CheckRequestId(const std::string& request_id);

// The answer that the same request got before; empty when it is new.
// ALREADY_EXISTS (REQUEST_ID_REUSED) when the id came with another request.
absl::StatusOr<std::optional<EarlierAnswer>> FindEarlierAnswer(
    Connection& db, const Mutation& mutation);

// Remembers that `mutation` was done, and answered so.
absl::Status RecordMutation(Transaction& tx, const Mutation& mutation,
                            const AnswerSubject& subject,
                            const google::protobuf::Message& answer);

// As FindEarlierAnswer, ready to be given: a resource as it is now, anything
// else as it was.
template <typename Answer>
absl::StatusOr<std::optional<Answer>> RecallAnswer(Connection& db,
                                                   const Mutation& mutation) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<EarlierAnswer> earlier,
                             FindEarlierAnswer(db, mutation));
  if (!earlier.has_value()) return std::optional<Answer>();
  Answer answer;
  if (!earlier->resource_uid.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        LoadAnswer(db, mutation.caller.tenant, earlier->resource_uid, answer));
  } else if (!answer.ParseFromString(earlier->bytes)) {
    return absl::DataLossError("damaged answer in the database, request_id: " +
                               mutation.request_id);
  }
  return std::optional<Answer>(std::move(answer));
}

// Makes the change, unless the same request came before: then it gets that
// one's answer. `change` returns StatusOr<Answer>; what it refuses is not
// remembered.
template <typename Answer, typename Change>
absl::StatusOr<Answer> AnswerOnce(Transaction& tx, const Mutation& mutation,
                                  Change&& change) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<Answer> earlier,
                             RecallAnswer<Answer>(tx.db(), mutation));
  if (earlier.has_value()) return *std::move(earlier);
  absl::StatusOr<Answer> answer = change();
  TUNESMITH_RETURN_IF_ERROR(answer.status());
  TUNESMITH_RETURN_IF_ERROR(
      RecordMutation(tx, mutation, SubjectOf(*answer), *answer));
  return answer;
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_MUTATION_H_

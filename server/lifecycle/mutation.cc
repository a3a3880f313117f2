#include "server/lifecycle/mutation.h"

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/audit_table.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxRequestIdBytes = 128;
constexpr size_t kMaxDetailBytes = 1024;

// Said in fields of their own, or of use to the client alone.
constexpr const char* kLeftOut[] = {"name", "names", "etag", "request_id"};
// What a request for a new resource has.
constexpr const char* kNewIds[] = {"job_id", "dataset_id", "model_id"};

std::string StringField(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? ""
                          : message.GetReflection()->GetString(message, field);
}

absl::Status DeletedError(const std::string& kind, const std::string& uid) {
  return ResourceNotFoundError(
      kind, uid,
      absl::StrCat("the ", kind, " of this request_id was deleted meanwhile"));
}

template <typename Row>
absl::Status CheckThere(const absl::StatusOr<std::optional<Row>>& row,
                        const std::string& kind, const std::string& uid) {
  TUNESMITH_RETURN_IF_ERROR(row.status());
  return row->has_value() ? absl::OkStatus() : DeletedError(kind, uid);
}

}  // namespace

std::string MethodOf(const Descriptor& request) {
  const Descriptor* outermost = &request;
  while (outermost->containing_type() != nullptr) {
    outermost = outermost->containing_type();
  }
  constexpr size_t kSuffix = sizeof("Request") - 1;
  std::string name = outermost->name();
  if (absl::EndsWith(name, "Request")) name.resize(name.size() - kSuffix);
  return name;
}

std::string DetailOf(const Message& request) {
  for (const char* field : kNewIds) {
    if (request.GetDescriptor()->FindFieldByName(field) != nullptr) {
      return StringField(request, "name");
    }
  }
  std::unique_ptr<Message> rest(request.New());
  rest->CopyFrom(request);
  for (const char* name : kLeftOut) {
    const FieldDescriptor* field = rest->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) rest->GetReflection()->ClearField(rest.get(), field);
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*rest, &text);
  if (absl::EndsWith(text, " ")) text.pop_back();
  return std::string(CutAtCharacter(text, kMaxDetailBytes));
}

AnswerSubject SubjectOf(const v1::Job& answer) {
  return {answer.uid(), {answer.name()}};
}

AnswerSubject SubjectOf(const v1::CreateJobResponse& answer) {
  return SubjectOf(answer.job());
}

AnswerSubject SubjectOf(const v1::CancelJobsResponse& answer) {
  return {"", {answer.names().begin(), answer.names().end()}};
}

AnswerSubject SubjectOf(const v1::Dataset& answer) {
  return {answer.uid(), {answer.name()}};
}

AnswerSubject SubjectOf(const v1::Model& answer) {
  return {answer.uid(), {answer.name()}};
}

AnswerSubject SubjectOf(const v1::PruneStorageResponse&) {
  return {"", {"storage"}};
}

AnswerSubject SubjectOf(const Message&) { return {}; }

absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Job& answer) {
  auto row = JobTable::FindByUid(db, {tenant, uid});
  TUNESMITH_RETURN_IF_ERROR(CheckThere(row, "job", uid));
  answer = std::move((*row)->job);
  return absl::OkStatus();
}

absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::CreateJobResponse& answer) {
  return LoadAnswer(db, tenant, uid, *answer.mutable_job());
}

absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Dataset& answer) {
  auto row = DatasetCatalog::FindByUid(db, tenant, uid);
  TUNESMITH_RETURN_IF_ERROR(CheckThere(row, "dataset", uid));
  answer = std::move((*row)->dataset);
  return absl::OkStatus();
}

absl::Status LoadAnswer(Connection& db, const std::string& tenant,
                        const std::string& uid, v1::Model& answer) {
  auto row = ModelCatalog::FindByUid(db, tenant, uid);
  TUNESMITH_RETURN_IF_ERROR(CheckThere(row, "model", uid));
  answer = std::move((*row)->model);
  return absl::OkStatus();
}

absl::Status LoadAnswer(Connection&, const std::string&, const std::string& uid,
                        Message& answer) {
  return absl::InternalError(
      absl::StrCat("not a resource: ", answer.GetTypeName(), ", uid: ", uid));
}

absl::Status CheckRequestId(const std::string& request_id) {
  if (request_id.size() <= kMaxRequestIdBytes) return absl::OkStatus();
  return InvalidFieldsError(
      {{"request_id", absl::StrCat("must have at most ", kMaxRequestIdBytes,
                                   " bytes, got: ", request_id.size())}});
}

absl::StatusOr<std::optional<EarlierAnswer>> FindEarlierAnswer(
    Connection& db, const Mutation& mutation) {
  if (mutation.request_id.empty()) return std::optional<EarlierAnswer>();
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<EarlierAnswer> earlier,
      RequestTable::Find(db, mutation.caller.tenant, mutation.request_id));
  if (earlier.has_value() && earlier->body_digest != mutation.digest) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_REQUEST_ID_REUSED,
        "request_id came before with another request: " + mutation.request_id +
            " (a new request needs a new id)");
  }
  return earlier;
}

absl::Status RecordMutation(Transaction& tx, const Mutation& mutation,
                            const AnswerSubject& subject,
                            const Message& answer) {
  const std::string& request_id = mutation.request_id;
  TUNESMITH_RETURN_IF_ERROR(CheckRequestId(request_id));
  if (!request_id.empty()) {
    TUNESMITH_RETURN_IF_ERROR(RequestTable::Record(
        tx, mutation.caller.tenant, request_id,
        {.body_digest = mutation.digest,
         .resource_uid = subject.uid,
         .bytes = subject.uid.empty() ? answer.SerializeAsString() : ""}));
  }
  v1::AuditRecord record;
  record.set_principal(mutation.caller.principal);
  record.set_peer(mutation.caller.peer);
  record.set_method(mutation.method);
  record.set_request_id(request_id);
  record.set_detail(mutation.detail);
  std::vector<std::string> resources = subject.resources;
  // A change of many that found none has changed nothing.
  if (resources.empty() && !mutation.resource.empty()) {
    resources.push_back(mutation.resource);
  }
  for (const std::string& resource : resources) {
    record.set_resource(resource);
    TUNESMITH_RETURN_IF_ERROR(
        AuditTable::Append(tx, mutation.caller.tenant, record));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server

#include "server/frontend.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/public_services.h"
#include "server/api/audit_service.h"
#include "server/api/dataset_service.h"
#include "server/api/job_service.h"
#include "server/api/model_service.h"
#include "server/api/prediction_service.h"
#include "server/api/storage_service.h"
#include "server/api/worker_service.h"
#include "server/door/message_watch.h"
#include "server/guard/guarded_service.h"
#include "server/guard/request_rules.h"
#include "server/reflection/reflection_answers.h"
#include "server/reflection/reflection_service.h"
#include "server/transport.h"

namespace tunesmith::server {
namespace {

// Of the library, which is not among the services that are registered.
constexpr char kHealthService[] = "grpc.health.v1.Health";

}  // namespace

// In construction order.
struct Frontend::Services {
  explicit Services(const ApiContext& context)
      : names(ServiceNames()),
        reflection_answers(names),
        rules(PublicServices()),
        api(WithRules(context, &rules)),
        jobs(api),
        datasets(api),
        models(api),
        predictions(api),
        workers(api),
        storage(api),
        audit(api) {
    Guard<v1::AuditService>(audit);
    Guard<v1::JobService>(jobs);
    Guard<v1::DatasetService>(datasets);
    Guard<v1::ModelService>(models);
    Guard<v1::PredictionService>(predictions);
    Guard<v1::WorkerService>(workers);
    Guard<v1::StorageService>(storage);
  }

  // What is served, for reflection and health; the workers' service is none of
  // a client's business.
  static std::vector<std::string> ServiceNames() {
    std::vector<std::string> names = {
        kHealthService,
        grpc::reflection::v1::ServerReflection::service_full_name(),
        grpc::reflection::v1alpha::ServerReflection::service_full_name()};
    for (const google::protobuf::ServiceDescriptor* service :
         PublicServices()) {
      names.push_back(service->full_name());
    }
    return names;
  }

  static ApiContext WithRules(ApiContext api, const RequestRules* rules) {
    api.rules = rules;
    return api;
  }

  // `Contract`: the generated class that `service` implements.
  template <class Contract>
  void Guard(grpc::Service& service) {
    guarded.push_back(std::make_unique<GuardedService>(
        &service,
        *google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            Contract::service_full_name()),
        &rules));
  }

  const std::vector<std::string> names;
  const ReflectionAnswers reflection_answers;
  ReflectionService reflection{&reflection_answers};
  AlphaReflectionService alpha_reflection{&reflection_answers};
  const RequestRules rules;
  const ApiContext api;
  JobService jobs;
  DatasetService datasets;
  ModelService models;
  PredictionService predictions;
  WorkerService workers;
  StorageService storage;
  AuditService audit;
  // What is registered in their place.
  std::vector<std::unique_ptr<GuardedService>> guarded;
};

Frontend::Frontend() = default;
Frontend::~Frontend() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Frontend>> Frontend::Start(
    const Options& options) {
  std::unique_ptr<Frontend> frontend(new Frontend());
  TUNESMITH_ASSIGN_OR_RETURN(frontend->door_,
                             Door::Open({.address = options.listen}));
  frontend->services_ = std::make_unique<Services>(options.api);
  Services& services = *frontend->services_;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  ConfigureTransport(builder);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  for (const auto& service : services.guarded) {
    builder.RegisterService(service.get());
  }
  builder.RegisterService(&services.reflection);
  builder.RegisterService(&services.alpha_reflection);
  for (grpc::Service* service : options.services) {
    builder.RegisterService(service);
  }
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      interceptors;
  interceptors.push_back(std::make_unique<RpcCounterFactory>(options.counter));
  interceptors.push_back(
      std::make_unique<MessageWatchFactory>(frontend->door_.get()));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  frontend->server_ = builder.BuildAndStart();
  if (frontend->server_ == nullptr) {
    return absl::InternalError("gRPC does not start");
  }
  for (const std::string& name : services.names) {
    frontend->server_->GetHealthCheckService()->SetServingStatus(name, true);
  }
  frontend->door_->LetIn(std::move(acceptor));
  frontend->address_ =
      absl::StrCat(options.listen.substr(0, options.listen.rfind(':')), ":",
                   frontend->door_->port());
  return frontend;
}

void Frontend::AnnounceEnd() {
  if (server_ == nullptr) return;
  // Of every name.
  server_->GetHealthCheckService()->SetServingStatus(false);
}

void Frontend::Stop(absl::Duration patience) {
  if (server_ == nullptr) return;
  // Nobody new.
  door_->Close();
  server_->Shutdown(std::chrono::system_clock::now() +
                    absl::ToChronoMilliseconds(patience));
  server_.reset();
}

}  // namespace tunesmith::server

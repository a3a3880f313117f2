#include "server/frontend.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/listen_error.h"
#include "proto/contract/message_limits.h"
#include "server/api/dataset_service.h"
#include "server/api/job_service.h"
#include "server/api/model_service.h"
#include "server/api/prediction_service.h"
#include "server/api/storage_service.h"
#include "server/api/worker_service.h"

namespace tunesmith::server {
namespace {

// Clients and workers ping every 30 s; the margin is for their timers.
constexpr int kKeepaliveMilliseconds = 30000;
constexpr int kKeepaliveTimeoutMilliseconds = 10000;
constexpr int kLeastPingIntervalMilliseconds = 20000;

void Configure(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             kKeepaliveTimeoutMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kLeastPingIntervalMilliseconds);
  // Two servers on one port would share its calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection uses these threads.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
}

}  // namespace

struct Frontend::Services {
  explicit Services(const ApiContext& api)
      : jobs(api),
        datasets(api),
        models(api),
        predictions(api),
        workers(api.workers),
        storage(api) {}

  JobService jobs;
  DatasetService datasets;
  ModelService models;
  PredictionService predictions;
  WorkerService workers;
  StorageService storage;
};

Frontend::Frontend() = default;
Frontend::~Frontend() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Frontend>> Frontend::Start(
    const Options& options) {
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(options.listen));
  std::unique_ptr<Frontend> frontend(new Frontend());
  frontend->services_ = std::make_unique<Services>(options.api);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  Configure(builder);
  int port = 0;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&frontend->services_->jobs);
  builder.RegisterService(&frontend->services_->datasets);
  builder.RegisterService(&frontend->services_->models);
  builder.RegisterService(&frontend->services_->predictions);
  builder.RegisterService(&frontend->services_->workers);
  builder.RegisterService(&frontend->services_->storage);
  for (grpc::Service* service : options.services) {
    builder.RegisterService(service);
  }
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      interceptors;
  interceptors.push_back(std::make_unique<RpcCounterFactory>(options.counter));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  frontend->server_ = builder.BuildAndStart();
  if (frontend->server_ == nullptr || port == 0) {
    return ListenError("--listen", options.listen);
  }
  frontend->address_ = absl::StrCat(
      options.listen.substr(0, options.listen.rfind(':')), ":", port);
  return frontend;
}

void Frontend::AnnounceEnd() {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->SetServingStatus(false);
}

void Frontend::Stop(absl::Duration patience) {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() +
                    absl::ToChronoMilliseconds(patience));
  server_.reset();
}

}  // namespace tunesmith::server

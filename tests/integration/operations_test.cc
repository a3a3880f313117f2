// What operators meet: reflection, health, metrics, the lock, bad flags.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <list>

#include "absl/strings/str_cat.h"
#include "grpcpp/generic/generic_stub.h"
#include "server/api/unique_fd.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The body of a GET from this machine.
std::string HttpGet(int port, const std::string& path) {
  server::UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
              sizeof(address)) != 0) {
    return "not connected";
  }
  std::string request =
      absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: localhost\r\n\r\n");
  if (write(fd.get(), request.data(), request.size()) < 0) return "";
  std::string body;
  char piece[4096];
  ssize_t n;
  while ((n = read(fd.get(), piece, sizeof(piece))) > 0) body.append(piece, n);
  return body;
}

class OperationsTest : public ServerTest {};

TEST_F(OperationsTest, MetricsShowEveryFamilyAndNoJobsName) {
  ScriptedWorker worker(WorkerOptions());
  ASSERT_TRUE(worker.Connect().ok());
  CreateInputs(worker);
  CreateJob("secret-name");
  worker.Succeed(worker.AwaitWork("jobs/secret-name"));
  WatchToEnd("jobs/secret-name");
  CreateJob("second");
  worker.AwaitWork("jobs/second");
  AwaitState("jobs/second", v1::Job::RUNNING);
  std::string page = HttpGet(server_->metrics_port(), "/metrics");
  for (const char* line :
       {"tunesmith_jobs{state=\"RUNNING\"} 1",
        "tunesmith_jobs{state=\"SUCCEEDED\"} 1",
        "tunesmith_job_submissions_total 2",
        "tunesmith_job_queue_wait_seconds_count 2",
        "tunesmith_job_duration_seconds_count 1",
        "tunesmith_queue_depth{purpose=\"TRAINING\"} 0",
        "tunesmith_slots{purpose=\"TRAINING\",state=\"busy\"} 1",
        "tunesmith_store_transactions_total", "tunesmith_store_writes_total",
        "tunesmith_store_commit_seconds_bucket", "tunesmith_watchers",
        "tunesmith_stored_bytes{kind=\"CHECKPOINTS\"} 0",
        "tunesmith_stored_bytes{kind=\"MODEL\"} ", "tunesmith_disk_free_bytes ",
        "tunesmith_disk_capacity_bytes ",
        "tunesmith.v1.JobService/CreateJob"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, HasSubstr("tunesmith_jobs_finished_total"));
  EXPECT_THAT(page, Not(HasSubstr("secret-name")));
}

TEST_F(OperationsTest, ReflectionListsEveryServiceInBothVersions) {
  for (const char* version : {"v1", "v1alpha"}) {
    // A ServerReflectionRequest with list_services = "*" (field 7).
    std::string answer =
        RawBidiCall(channel_,
                    absl::StrCat("/grpc.reflection.", version,
                                 ".ServerReflection/ServerReflectionInfo"),
                    std::string("\x3a\x01*", 3));
    for (const char* service :
         {"tunesmith.v1.JobService", "tunesmith.v1.DatasetService",
          "tunesmith.v1.ModelService", "tunesmith.v1.WorkerService",
          "tunesmith.v1.StorageService", "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection"}) {
      EXPECT_THAT(answer, HasSubstr(service));
    }
  }
}

int ThreadsOfThisProcess() {
  int threads = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/task")) {
    threads += entry.is_directory() ? 1 : 0;
  }
  return threads;
}

TEST_F(OperationsTest, StreamsOfReflectionTakeNoThreads) {
  struct Stream {
    std::unique_ptr<grpc::ClientContext> context = CallContext();
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
  };
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  // Waits for the one operation under way.
  auto finish = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const grpc::Slice slice("\x3a\x01*");
  const grpc::ByteBuffer request(&slice, 1);
  const int before = ThreadsOfThisProcess();
  std::list<Stream> streams;
  for (int i = 0; i < 300; ++i) {
    Stream& stream = streams.emplace_back();
    stream.call = stub.PrepareCall(
        stream.context.get(),
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        &queue);
    stream.call->StartCall(nullptr);
    ASSERT_TRUE(finish());
    stream.call->Write(request, nullptr);
    ASSERT_TRUE(finish());
    grpc::ByteBuffer answer;
    stream.call->Read(&answer, nullptr);
    ASSERT_TRUE(finish());
    EXPECT_GT(answer.Length(), 0);
  }
  EXPECT_LT(ThreadsOfThisProcess(), before + 20);
  for (Stream& stream : streams) {
    stream.context->TryCancel();
    grpc::Status status;
    stream.call->Finish(&status, nullptr);
    finish();
  }
  queue.Shutdown();
}

// HealthCheckRequest{service: name}.
std::string HealthRequest(const std::string& name) {
  if (name.empty()) return "";
  return absl::StrCat("\x0a", std::string(1, static_cast<char>(name.size())),
                      name);
}

TEST_F(OperationsTest, HealthIsServingByName) {
  for (const char* name :
       {"", "tunesmith.v1.JobService", "tunesmith.v1.PredictionService",
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"}) {
    // HealthCheckResponse{status: SERVING}.
    for (const char* method : {"Check", "Watch"}) {
      EXPECT_EQ(
          RawBidiCall(channel_, absl::StrCat("/grpc.health.v1.Health/", method),
                      HealthRequest(name)),
          std::string("\x08\x01", 2))
          << name;
    }
  }
  EXPECT_EQ(RawStatus(channel_, "/grpc.health.v1.Health/Check",
                      HealthRequest("tunesmith.v1.NoService"))
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(OperationsTest, ASecondServerOnTheDirectoryIsRefusedWithTheHolder) {
  absl::Status status = server::Server::Create(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("process ", getpid())));
  StopServer();
  StartServer();
}

TEST_F(OperationsTest, ForeignAndNewerDirectoriesAreRefused) {
  StopServer();
  std::ofstream(data_dir() + "/VERSION") << "2\n";
  EXPECT_THAT(std::string(server::Server::Create(options_).status().message()),
              HasSubstr("another version"));
  options_.data_dir = data_root();
  EXPECT_THAT(std::string(server::Server::Create(options_).status().message()),
              HasSubstr("not a data directory"));
  EXPECT_FALSE(std::filesystem::exists(data_root() + "/lock"));
}

TEST_F(OperationsTest, AddressesBeyondLoopbackAndTakenPortsAreRefused) {
  server::ServerOptions other = options_;
  other.data_dir = base_ + "/other";
  other.listen = "0.0.0.0:0";
  EXPECT_EQ(server::Server::Create(other).status().code(),
            absl::StatusCode::kInvalidArgument);
  other.listen = "127.0.0.1:0";
  other.metrics_listen = "0.0.0.0:0";
  EXPECT_EQ(server::Server::Create(other).status().code(),
            absl::StatusCode::kInvalidArgument);
  other.metrics_listen = "127.0.0.1:0";
  other.listen = server_->address();
  absl::Status taken = server::Server::Create(other).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(taken.message()),
              AllOf(HasSubstr("(--listen)"), HasSubstr(server_->address()),
                    HasSubstr("another program has the port")));
  other.listen = "127.0.0.1:0";
  other.metrics_listen = absl::StrCat("127.0.0.1:", server_->metrics_port());
  taken = server::Server::Create(other).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(
      std::string(taken.message()),
      AllOf(HasSubstr("(--metrics-listen)"), HasSubstr(other.metrics_listen),
            HasSubstr("another program has the port")));
}

TEST_F(OperationsTest, ShutdownTwiceAndWithAnOpenConnectionEnds) {
  CreateDataset("d");
  server_->Shutdown();
  server_->Shutdown();
  v1::GetDatasetRequest request;
  request.set_name("datasets/d");
  v1::Dataset dataset;
  EXPECT_EQ(datasets_->GetDataset(CallContext().get(), request, &dataset)
                .error_code(),
            grpc::StatusCode::UNAVAILABLE);
  StopServer();
  StartServer();
  EXPECT_TRUE(
      datasets_->GetDataset(CallContext().get(), request, &dataset).ok());
}

}  // namespace
}  // namespace tunesmith::testing

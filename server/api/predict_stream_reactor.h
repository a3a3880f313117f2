#ifndef TUNESMITH_SERVER_API_PREDICT_STREAM_REACTOR_H_
#define TUNESMITH_SERVER_API_PREDICT_STREAM_REACTOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/api/context.h"
#include "server/api/prediction_request.h"
#include "server/predictions/prediction_desk.h"
#include "tunesmith/v1/prediction_service.pb.h"

namespace tunesmith::server {

// One PredictStream call. A few requests are under way at once, so that the
// worker always has the next one; their answers are written in the order of the
// requests, whatever the order in which they come. A client that sends faster
// is read more slowly.
//
// Called by gRPC, by its alarm, by readers and by the desk; all of them only
// note what came and then call Advance, under the mutex, which starts the next
// gRPC operations. Holds itself until gRPC is done with it.
class PredictStreamReactor final
    : public grpc::ServerBidiReactor<v1::PredictRequest, v1::PredictResponse>,
      public std::enable_shared_from_this<PredictStreamReactor> {
 public:
  static PredictStreamReactor* Start(const ApiContext& api,
                                     const std::string& tenant);
  ~PredictStreamReactor() override = default;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // A request that was read, until its answer is written.
  struct Asked {
    int64_t number = 0;
    std::optional<int64_t> question;
    std::optional<PredictionDesk::Answer> answer;
  };

  PredictStreamReactor(const ApiContext& api, const std::string& tenant)
      : api_(api), tenant_(tenant) {}

  // On a reader's thread for the first request, which names the model.
  void FindModel(Connection& db);
  // Asks what was read.
  void Ask(const AskedModel& model);
  void OnAnswer(int64_t number, PredictionDesk::Answer answer);
  // Ends the call when no answer comes for too long.
  void SetAlarm();
  void OnAlarm();
  // The call ends with `status` as soon as no write is in flight; the first
  // status wins. Questions are withdrawn.
  void Fail(absl::Status status);
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ApiContext& api_;
  const std::string tenant_;
  std::shared_ptr<PredictStreamReactor> self_;
  grpc::Alarm alarm_;

  Mutex mutex_;
  std::optional<AskedModel> model_ ABSL_GUARDED_BY(mutex_);
  std::deque<Asked> asked_ ABSL_GUARDED_BY(mutex_);
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the newest answer, or of the newest request where none waited.
  absl::Time last_news_ ABSL_GUARDED_BY(mutex_);
  // A read, or what it is asked for, is under way.
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // The client sends no more.
  bool all_read_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  // Each changed only while no operation on it is in flight.
  v1::PredictRequest incoming_;
  v1::PredictResponse outgoing_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PREDICT_STREAM_REACTOR_H_

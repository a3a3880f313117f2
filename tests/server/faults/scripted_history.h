#ifndef TUNESMITH_TESTS_SERVER_FAULTS_SCRIPTED_HISTORY_H_
#define TUNESMITH_TESTS_SERVER_FAULTS_SCRIPTED_HISTORY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"
#include "tests/server/testing/fake_clock.h"
#include "tests/server/testing/fault_vfs.h"

namespace tunesmith::server {

// The life of a few jobs, step by step, each one write: created, leased,
// progressing, with a checkpoint, ended, deleted. Uids and times follow from
// the step, so that the database after a step is always the same.
class ScriptedHistory {
 public:
  static constexpr int kSteps = 15;

  // On files of `vfs`, which outlives it. The files may be empty.
  explicit ScriptedHistory(FaultVfs* vfs) : vfs_(vfs) { Wire(); }

  // As a new process would; a fault can be in the way.
  absl::Status Open();
  void Close() { store_.reset(); }
  // Makes the model and the dataset: what every history begins with.
  void MakeInputs();

  // One step, from 0.
  absl::Status Run(int step);
  // What on_fatal heard.
  const absl::Status& fatal() const { return fatal_; }

  // All rows of all tables as text, or what is wrong with the database.
  std::string Dump();

 private:
  void Wire();
  absl::Status Write(Store::WriteFn write);
  absl::Status Create(const std::string& id);
  absl::Status Lease(const std::string& id);
  absl::Status Report(
      const std::string& id,
      std::vector<internal::v1::WorkEvent> (*events)(const WorkRow& row));
  absl::StatusOr<WorkRow> WorkOf(const std::string& id);

  FaultVfs* const vfs_;
  FakeClock clock_;
  InlineExecutor executor_;
  WatchHub hub_;
  LeaseTable leases_;
  RecordingObserver observer_;
  LifecycleContext context_;
  absl::Status fatal_;
  int uid_ = 0;
  std::unique_ptr<Store> store_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_FAULTS_SCRIPTED_HISTORY_H_

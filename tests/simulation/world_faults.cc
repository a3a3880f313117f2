#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

// What breaks in a world.

namespace tunesmith::simulation {

void World::ChooseFaults() {
  faults_.loop_weight = static_cast<int>(1 + Pick(6));
  faults_.completion_weight = static_cast<int>(1 + Pick(6));
  faults_.reader_weight = static_cast<int>(1 + Pick(6));
  faults_.group_size = OneIn(2) ? 1 : 256;
  // One in eight histories is without any fault.
  disturbed_ = !OneIn(8);
  if (!disturbed_) return;
  faults_.crashes = OneIn(2);
  faults_.power = OneIn(3);
  faults_.disk_errors = OneIn(3);
  faults_.full_disk = OneIn(4);
  faults_.connections = OneIn(2);
  faults_.stalls = OneIn(2);
  faults_.deaths = OneIn(3);
  faults_.lost_answers = OneIn(2);
  faults_.wall_clock = OneIn(3);
  faults_.pauses = OneIn(4);
  faults_.trainers = OneIn(2);
}

void World::Crash(bool power_loss) {
  Trace(power_loss ? "server loses power" : "server is killed");
  ++result_.crashes;
  result_.commits += server_->commits();
  vfs_.CutPower();
  server_->Shut(sessions_, feeds_);
  server_.reset();
  sessions_.clear();
  feeds_.clear();
  if (power_loss) {
    vfs_.Restart();
  } else {
    vfs_.RestartProcess();
  }
  for (Submission& submission : submissions_) submission.in_flight = false;
  restart_at_ = now() + absl::Milliseconds(Pick(5000));
}

void World::Break() {
  switch (Pick(10)) {
    case 0:
      if (server_ == nullptr || !faults_.crashes || !OneIn(3)) return;
      return Crash(/*power_loss=*/false);
    case 1:
      if (server_ == nullptr || !faults_.power || !OneIn(3)) return;
      if (OneIn(2)) return Crash(/*power_loss=*/true);
      Trace("the power will fail at a write");
      return vfs_.CutPowerAt(static_cast<int>(1 + Pick(30)));
    case 2:
    case 3:
      return BreakDisk();
    case 4:
    case 5:
      if (faults_.connections) BreakConnection();
      return;
    case 6: {
      if (!faults_.stalls || !OneIn(4)) return;
      size_t index = Pick(workers_.size());
      Worker& worker = workers_[index];
      worker.ready_at = now() + absl::Milliseconds(Pick(30'000));
      return Trace(absl::StrCat("worker ", index, " stalls"));
    }
    case 7: {
      if (faults_.deaths && OneIn(4)) EndWorker(Pick(workers_.size()));
      return;
    }
    case 8: {
      if (!faults_.wall_clock || !OneIn(4)) return;
      absl::Duration by = absl::Seconds(static_cast<int64_t>(Pick(7200)));
      if (OneIn(2)) by = -by;
      Trace("the wall clock is set by " + absl::FormatDuration(by));
      return clock_.JumpWallClock(by);
    }
    case 9: {
      if (!faults_.pauses || !OneIn(6)) return;
      absl::Duration by = absl::Milliseconds(Pick(60'000));
      Trace("the machine of the server stands still for " +
            absl::FormatDuration(by));
      return clock_.Advance(by);
    }
  }
}

void World::EndWorker(size_t index) {
  Worker& worker = workers_[index];
  if (worker.program->connected()) {
    worker.program->session()->Break(Pick(4), 0);
  }
  worker.program->Die();
  worker.ready_at = now() + absl::Milliseconds(Pick(10'000));
  if (OneIn(2)) return Trace(absl::StrCat("worker ", index, " dies"));
  Trace(absl::StrCat("worker ", index, " goes for ever, and another comes"));
  AddWorker();
  std::swap(workers_[index], workers_.back());
  workers_.pop_back();
}

void World::BreakDisk() {
  if (faults_.full_disk && OneIn(8)) {
    bool fill = OneIn(2);
    Trace(fill ? "the disk is full" : "the disk has room");
    vfs_.LimitDisk(fill ? std::optional(vfs_.used_bytes()) : std::nullopt);
    disk_works_ = !fill;
    recovered_at_ = now() + kRecovery;
    return;
  }
  if (!faults_.disk_errors || !OneIn(6)) return;
  int n = static_cast<int>(1 + Pick(12));
  switch (Pick(4)) {
    case 0:
      Trace(absl::StrCat("sync ", n, " will fail"));
      vfs_.FailOperation(FaultVfs::Operation::kSync, n, SQLITE_IOERR_FSYNC);
      break;
    case 1:
      Trace(absl::StrCat("truncation ", n, " will fail"));
      vfs_.FailOperation(FaultVfs::Operation::kTruncate, n,
                         SQLITE_IOERR_TRUNCATE);
      break;
    default:
      Trace(absl::StrCat("write ", n, " will fail"));
      vfs_.FailOperation(FaultVfs::Operation::kWrite, n,
                         OneIn(2) ? SQLITE_IOERR_WRITE : SQLITE_FULL);
      break;
  }
  // Nobody knows when.
  disk_works_ = false;
}

void World::BreakConnection() {
  if (OneIn(3) && !watchers_.empty()) {
    Watcher& watcher = watchers_[Pick(watchers_.size())];
    if (watcher.feed == nullptr) return;
    Trace("a watcher's connection breaks: " + watcher.name);
    return watcher.feed->state().Break(Pick(3));
  }
  size_t index = Pick(workers_.size());
  SimulatedWorker& worker = *workers_[index].program;
  if (!worker.connected() || !OneIn(3)) return;
  if (OneIn(2)) {
    Trace(absl::StrCat("connection of worker ", index, " breaks"));
    return worker.session()->Break(Pick(4), Pick(4));
  }
  // The worker gives it up; the server hears later, also of what was sent.
  Trace(absl::StrCat("worker ", index, " leaves its connection"));
  worker.Disconnect();
}

}  // namespace tunesmith::simulation

#include "server/events/watch_hub.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace tunesmith::server {
namespace {

const JobKey kJob{"tenant", "a"};
const JobKey kOther{"tenant", "b"};

struct Watcher : JobWatcher {
  void OnEvents() override {
    ++events;
    if (on_events) on_events();
  }
  void OnProgress(const v1::Progress& progress) override {
    step = progress.step();
  }
  void OnShutdown() override { ++shutdowns; }

  std::atomic<int> events{0};
  std::atomic<int64_t> step{-1};
  std::atomic<int> shutdowns{0};
  std::function<void()> on_events;
};

v1::Progress AtStep(int64_t step) {
  v1::Progress progress;
  progress.set_step(step);
  return progress;
}

TEST(WatchHubTest, WakesTheWatchersOfTheJobAlone) {
  WatchHub hub;
  auto first = std::make_shared<Watcher>();
  auto second = std::make_shared<Watcher>();
  auto other = std::make_shared<Watcher>();
  hub.Subscribe(kJob, first);
  hub.Subscribe(kJob, second);
  hub.Subscribe(kOther, other);
  hub.NotifyEvents(kJob);
  EXPECT_EQ(first->events, 1);
  EXPECT_EQ(second->events, 1);
  EXPECT_EQ(other->events, 0);
}

TEST(WatchHubTest, UnsubscribedAndDeadWatchersHearNothing) {
  WatchHub hub;
  auto stays = std::make_shared<Watcher>();
  auto leaves = std::make_shared<Watcher>();
  auto dies = std::make_shared<Watcher>();
  hub.Subscribe(kJob, stays);
  hub.Subscribe(kJob, leaves);
  hub.Subscribe(kJob, dies);
  dies.reset();
  hub.Unsubscribe(kJob, leaves.get());
  hub.Unsubscribe(kJob, leaves.get());
  hub.NotifyEvents(kJob);
  EXPECT_EQ(stays->events, 1);
  EXPECT_EQ(leaves->events, 0);
}

TEST(WatchHubTest, KeepsTheNewestProgressUntilCleared) {
  WatchHub hub;
  EXPECT_FALSE(hub.progress(kJob).has_value());
  auto watcher = std::make_shared<Watcher>();
  hub.Subscribe(kJob, watcher);
  hub.NotifyProgress(kJob, AtStep(1));
  hub.NotifyProgress(kJob, AtStep(2));
  EXPECT_EQ(watcher->step, 2);
  EXPECT_EQ(hub.progress(kJob)->step(), 2);
  EXPECT_FALSE(hub.progress(kOther).has_value());
  hub.ClearProgress(kJob);
  EXPECT_FALSE(hub.progress(kJob).has_value());
}

TEST(WatchHubTest, ShutdownReachesWatchersBeforeAndAfterIt) {
  WatchHub hub;
  auto before = std::make_shared<Watcher>();
  hub.Subscribe(kJob, before);
  hub.Shutdown();
  auto after = std::make_shared<Watcher>();
  hub.Subscribe(kJob, after);
  EXPECT_EQ(before->shutdowns, 1);
  EXPECT_EQ(after->shutdowns, 1);
}

TEST(WatchHubTest, WatcherMayCallTheHub) {
  WatchHub hub;
  auto watcher = std::make_shared<Watcher>();
  watcher->on_events = [&hub, self = watcher.get()] {
    hub.Unsubscribe(kJob, self);
  };
  hub.Subscribe(kJob, watcher);
  hub.NotifyEvents(kJob);
  hub.NotifyEvents(kJob);
  EXPECT_EQ(watcher->events, 1);
}

TEST(WatchHubTest, SubscribersComeAndGoWhileOthersNotify) {
  WatchHub hub;
  std::atomic<bool> stop{false};
  std::thread notifier([&] {
    while (!stop) {
      hub.NotifyEvents(kJob);
      hub.NotifyProgress(kJob, AtStep(1));
    }
  });
  for (int i = 0; i < 500; ++i) {
    auto watcher = std::make_shared<Watcher>();
    hub.Subscribe(kJob, watcher);
    if (i % 2 == 0) hub.Unsubscribe(kJob, watcher.get());
  }
  stop = true;
  notifier.join();
  auto last = std::make_shared<Watcher>();
  hub.Subscribe(kJob, last);
  hub.NotifyEvents(kJob);
  EXPECT_EQ(last->events, 1);
}

struct ListWatcher : JobListWatcher {
  void OnJobChanged(const std::string& uid) override { changed.push_back(uid); }
  void OnJobDeleted(const v1::Job& job) override {
    deleted.push_back(job.name());
  }
  void OnShutdown() override { ++shutdowns; }

  std::vector<std::string> changed;
  std::vector<std::string> deleted;
  int shutdowns = 0;
};

TEST(WatchHubTest, ListWatchersHearOfTheJobsOfTheirTenant) {
  WatchHub hub;
  auto watcher = std::make_shared<ListWatcher>();
  auto other = std::make_shared<ListWatcher>();
  hub.SubscribeList("tenant", watcher);
  hub.SubscribeList("another", other);
  hub.NotifyChanged(kJob);
  hub.NotifyProgress(kOther, AtStep(1));
  v1::Job job;
  job.set_tenant("tenant");
  job.set_uid("a");
  job.set_name("jobs/a");
  hub.NotifyDeleted(job);
  EXPECT_EQ(watcher->changed, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(watcher->deleted, (std::vector<std::string>{"jobs/a"}));
  EXPECT_TRUE(other->changed.empty());
  hub.UnsubscribeList("tenant", watcher.get());
  hub.NotifyChanged(kJob);
  EXPECT_EQ(watcher->changed.size(), 2u);
  hub.Shutdown();
  EXPECT_EQ(watcher->shutdowns, 0);
  EXPECT_EQ(other->shutdowns, 1);
  hub.SubscribeList("tenant", watcher);
  EXPECT_EQ(watcher->shutdowns, 1);
}

TEST(WatchHubTest, ADeletionWakesThoseWhoWatchTheJobAlone) {
  WatchHub hub;
  auto watcher = std::make_shared<Watcher>();
  hub.Subscribe(kJob, watcher);
  v1::Job job;
  job.set_tenant("tenant");
  job.set_uid("a");
  hub.NotifyDeleted(job);
  EXPECT_EQ(watcher->events, 1);
}

}  // namespace
}  // namespace tunesmith::server

#ifndef TUNESMITH_TESTS_SERVER_LIFECYCLE_JOB_LIFE_FIXTURE_H_
#define TUNESMITH_TESTS_SERVER_LIFECYCLE_JOB_LIFE_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {

// Jobs from their creation to their end, with a model and datasets to work on.
class JobLifeTest : public testing::Test {
 protected:
  JobLifeTest() { plane_.AddInputs(); }

  v1::Job::State StateOf(const std::string& id) {
    return plane_.Job(id).state();
  }
  std::vector<v1::Job::State> History(const std::string& id) {
    std::vector<v1::Job::State> states;
    for (const v1::JobEvent& event : plane_.Events(plane_.Job(id))) {
      if (event.has_state_changed()) {
        states.push_back(event.state_changed().to());
      }
    }
    return states;
  }
  v1::ErrorReason ReasonOf(const std::string& id) {
    return ErrorReasonOf(FromRpcStatus(plane_.Job(id).error()));
  }
  void Create(const v1::CreateJobRequest& request) {
    auto response = plane_.Create(request);
    ASSERT_TRUE(response.ok()) << response.status();
  }

  TestControlPlane plane_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_LIFECYCLE_JOB_LIFE_FIXTURE_H_

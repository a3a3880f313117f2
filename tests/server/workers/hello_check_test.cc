#include "server/workers/hello_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/workers/workers_rig.h"

namespace tunesmith::server {
namespace {

using internal::v1::Hello;
using testing::HasSubstr;

TEST(HelloCheckTest, AcceptsAWorker) {
  Hello hello = HelloOf("w-1.local", 7);
  EXPECT_TRUE(CheckHello(hello).ok());
  // A newer worker that still speaks this version.
  hello.set_max_protocol(9);
  EXPECT_TRUE(CheckHello(hello).ok());
}

TEST(HelloCheckTest, ProtocolMustBeShared) {
  Hello newer = HelloOf("w1", 7);
  newer.set_min_protocol(2);
  newer.set_max_protocol(3);
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckHello(newer)));
  Hello unset = HelloOf("w1", 7);
  unset.clear_max_protocol();
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckHello(unset)));
}

struct BadHello {
  const char* what;
  void (*spoil)(Hello&);
};

class BadHelloTest : public testing::TestWithParam<BadHello> {};

TEST_P(BadHelloTest, NamesTheField) {
  Hello hello = HelloOf("w1", 7);
  GetParam().spoil(hello);
  absl::Status status = CheckHello(hello);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadHelloTest,
    testing::Values(
        BadHello{"worker_id", [](Hello& h) { h.set_worker_id("a/../b"); }},
        BadHello{"worker_id", [](Hello& h) { h.clear_worker_id(); }},
        BadHello{"boot_id", [](Hello& h) { h.set_boot_id(0); }},
        BadHello{"instance_id", [](Hello& h) { h.set_instance_id("xyz"); }},
        BadHello{"instance_id",
                 [](Hello& h) { h.set_instance_id(std::string(65, 'a')); }},
        BadHello{"build", [](Hello& h) { h.set_build(std::string(257, 'x')); }},
        BadHello{"slots[1].index",
                 [](Hello& h) { h.mutable_slots(1)->set_index(0); }},
        BadHello{"slots[0].index",
                 [](Hello& h) { h.mutable_slots(0)->set_index(-1); }},
        BadHello{"slots[0].purpose",
                 [](Hello& h) { h.mutable_slots(0)->clear_purpose(); }},
        BadHello{"slots[1].device_kind",
                 [](Hello& h) { h.mutable_slots(1)->clear_device_kind(); }},
        BadHello{"slots[0].device_uuid",
                 [](Hello& h) {
                   h.mutable_slots(0)->set_device_uuid(std::string(257, 'x'));
                 }},
        BadHello{"slots[0].compute_capability",
                 [](Hello& h) {
                   h.mutable_slots(0)->set_compute_capability(
                       std::string(257, 'x'));
                 }},
        BadHello{
            "slots[0].device_memory_bytes",
            [](Hello& h) { h.mutable_slots(0)->set_device_memory_bytes(-1); }},
        BadHello{"slots", [](Hello& h) {
                   for (int i = 2; i < 65; ++i) {
                     *h.add_slots() = h.slots(0);
                     h.mutable_slots(i)->set_index(i);
                   }
                 }}));

}  // namespace
}  // namespace tunesmith::server

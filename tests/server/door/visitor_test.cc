#include "server/door/visitor.h"

#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

TEST(VisitorTest, WhatComesWithoutAMessageAddsUp) {
  Visitor visitor(-1, "ipv4:127.0.0.1:1");
  EXPECT_EQ(visitor.SilentBytes({.received_bytes = 100}), 100);
  EXPECT_EQ(visitor.SilentBytes({.received_bytes = 5000}), 5000);
  visitor.OnMessage();
  EXPECT_EQ(visitor.SilentBytes({.received_bytes = 6000}), 0);
  EXPECT_EQ(visitor.SilentBytes({.received_bytes = 6500}), 500);
}

TEST(VisitorTest, WhoDownloadsMayAcknowledge) {
  Visitor visitor(-1, "ipv4:127.0.0.1:1");
  visitor.OnMessage();
  EXPECT_EQ(visitor.SilentBytes({.received_bytes = 0}), 0);
  EXPECT_LE(
      visitor.SilentBytes({.received_bytes = 1 << 20, .sent_bytes = 64 << 20}),
      0);
  EXPECT_EQ(
      visitor.SilentBytes({.received_bytes = 2 << 20, .sent_bytes = 64 << 20}),
      1 << 20);
}

TEST(VisitorTest, TellsSinceWhenItSendsWithoutAMessage) {
  Visitor visitor(-1, "ipv4:127.0.0.1:1");
  const absl::Time now = absl::UnixEpoch();
  EXPECT_EQ(visitor.SendingSince(1000, now), absl::InfiniteFuture());
  EXPECT_EQ(visitor.SendingSince(2 << 20, now), now);
  EXPECT_EQ(visitor.SendingSince(3 << 20, now + absl::Seconds(9)), now);
  EXPECT_EQ(visitor.SendingSince(0, now + absl::Seconds(10)),
            absl::InfiniteFuture());
}

TEST(PeerKeyTest, IsTheSameForAllSpellings) {
  EXPECT_EQ(PeerKey("ipv4:127.0.0.1:5000"), "ipv4:127.0.0.1:5000");
  EXPECT_EQ(PeerKey("ipv6:[::1]:5000"), PeerKey("ipv6:%5B::1%5D:5000"));
  EXPECT_NE(PeerKey("ipv6:[::1]:5000"), PeerKey("ipv6:[::1]:5001"));
}

}  // namespace
}  // namespace tunesmith::server

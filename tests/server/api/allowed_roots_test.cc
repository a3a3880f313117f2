#include "server/api/allowed_roots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "server/api/open_beneath.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AllowedRootsTest : public ::testing::Test {
 protected:
  AllowedRootsTest() {
    std::string pattern = ::testing::TempDir() + "roots.XXXXXX";
    base_ = fs::canonical(mkdtemp(pattern.data())).string();
    fs::create_directories(root() + "/inner");
    fs::create_directories(base_ + "/outside");
    Write(root() + "/inner/data.csv", "a,b\n");
    Write(base_ + "/outside/secret.csv", "secret\n");
    fs::create_symlink(base_ + "/outside/secret.csv", root() + "/link.csv");
    fs::create_symlink(base_ + "/outside", root() + "/linkdir");
    fs::create_symlink("inner/data.csv", root() + "/harmless.csv");
    mkfifo((root() + "/fifo").c_str(), 0644);
    roots_.emplace(*AllowedRoots::Open({root()}, "--data-root"));
  }
  ~AllowedRootsTest() override {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  std::string root() const { return base_ + "/root"; }

  // "" when the file opens.
  std::string ReasonFor(const std::string& uri) {
    absl::StatusOr<AllowedRoots::Opened> opened = roots_->OpenFile(uri);
    if (opened.ok()) return "";
    message_ = std::string(opened.status().message());
    return std::string(ErrorReasonName(ErrorReasonOf(opened.status())));
  }
  std::string UriOf(const std::string& relative) const {
    return "file://" + root() + "/" + relative;
  }

  std::string base_;
  std::optional<AllowedRoots> roots_;
  std::string message_;
};

TEST_F(AllowedRootsTest, OpensAFileBeneathARoot) {
  absl::StatusOr<AllowedRoots::Opened> opened =
      roots_->OpenFile(UriOf("inner/data.csv"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->base_name, "data.csv");
  char text[8] = {};
  EXPECT_EQ(read(opened->fd.get(), text, 4), 4);
  EXPECT_STREQ(text, "a,b\n");
  EXPECT_EQ(ReasonFor(UriOf("inner/./data.csv")), "");
  EXPECT_EQ(ReasonFor(UriOf("/inner//data.csv")), "");
  EXPECT_EQ(ReasonFor(UriOf("inner/d%61ta.csv")), "");
  EXPECT_EQ(ReasonFor("file://localhost" + root() + "/inner/data.csv"), "");
}

TEST_F(AllowedRootsTest, WhatLiesOutsideIsRefusedWithTheRootsNamed) {
  EXPECT_EQ(ReasonFor("file://" + base_ + "/outside/secret.csv"),
            "PATH_NOT_ALLOWED");
  EXPECT_THAT(message_, HasSubstr(root()));
  EXPECT_EQ(ReasonFor("file:///etc/passwd"), "PATH_NOT_ALLOWED");
  // A neighbour whose name begins like the root's.
  Write(root() + "2", "");
  EXPECT_EQ(ReasonFor("file://" + root() + "2"), "PATH_NOT_ALLOWED");
}

TEST_F(AllowedRootsTest, DotDotIsRefusedHoweverItIsWritten) {
  EXPECT_EQ(ReasonFor(UriOf("../outside/secret.csv")), "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("%2e%2e/outside/secret.csv")), "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("inner/..%2F..%2Foutside/secret.csv")),
            "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("inner/../inner/data.csv")), "PATH_NOT_ALLOWED");
}

TEST_F(AllowedRootsTest, SymbolicLinksAreRefusedOutwardAndInward) {
  EXPECT_EQ(ReasonFor(UriOf("link.csv")), "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("linkdir/secret.csv")), "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("harmless.csv")), "PATH_NOT_ALLOWED");
}

TEST_F(AllowedRootsTest, SpecialFilesAreRefusedWithoutBlocking) {
  EXPECT_EQ(ReasonFor(UriOf("fifo")), "PATH_NOT_ALLOWED");
  EXPECT_EQ(ReasonFor(UriOf("inner")), "PATH_NOT_ALLOWED");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::string path = root() + "/s";
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  strcpy(address.sun_path, path.c_str());
  UniqueFd socket_fd(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(socket_fd.get(), reinterpret_cast<sockaddr*>(&address),
                 sizeof(address)),
            0);
  EXPECT_EQ(ReasonFor(UriOf("s")), "PATH_NOT_ALLOWED");
}

TEST_F(AllowedRootsTest, WhatIsMissingIsNotFound) {
  EXPECT_EQ(ReasonFor(UriOf("missing.csv")), "PATH_NOT_FOUND");
  EXPECT_EQ(ReasonFor(UriOf("inner/data.csv/deeper")), "PATH_NOT_FOUND");
  EXPECT_THAT(message_, HasSubstr("deeper"));
}

TEST_F(AllowedRootsTest, DirectoriesAreOpenedAsSuch) {
  EXPECT_TRUE(roots_->OpenDirectory(UriOf("inner")).ok());
  EXPECT_TRUE(roots_->OpenDirectory("file://" + root()).ok());
  EXPECT_EQ(
      ErrorReasonOf(roots_->OpenDirectory(UriOf("inner/data.csv")).status()),
      v1::ERROR_REASON_PATH_NOT_ALLOWED);
}

TEST_F(AllowedRootsTest, OtherUrisAreAFieldProblem) {
  for (const char* uri :
       {"", "/plain/path", "http://host/x", "file://host/x", "file://relative",
        "file:///bad%zz", "file:///cut%2", "file:///nul%00byte"}) {
    EXPECT_EQ(ReasonFor(uri), "INVALID_FIELD") << uri;
  }
}

TEST_F(AllowedRootsTest, WithoutRootsTheFlagIsNamed) {
  roots_.emplace(*AllowedRoots::Open({}, "--data-root"));
  EXPECT_EQ(ReasonFor(UriOf("inner/data.csv")), "PATH_NOT_ALLOWED");
  EXPECT_THAT(message_, HasSubstr("--data-root"));
}

TEST_F(AllowedRootsTest, ARootThatIsALinkCanBeNamedEitherWay) {
  std::string link = base_ + "/alias";
  fs::create_directory_symlink(root(), link);
  roots_.emplace(*AllowedRoots::Open({link}, "--data-root"));
  EXPECT_EQ(ReasonFor("file://" + link + "/inner/data.csv"), "");
  EXPECT_EQ(ReasonFor(UriOf("inner/data.csv")), "");
}

TEST_F(AllowedRootsTest, ARootThatIsNoDirectoryIsRefusedAtStart) {
  EXPECT_EQ(
      AllowedRoots::Open({base_ + "/missing"}, "--data-root").status().code(),
      absl::StatusCode::kInvalidArgument);
}

// Both ways to open agree, whichever the kernel offers.
TEST_F(AllowedRootsTest, WalkingAgreesWithTheKernel) {
  UniqueFd fd(open(root().c_str(), O_RDONLY | O_DIRECTORY));
  struct Case {
    const char* path;
    int error;
  };
  for (const Case& c :
       {Case{"inner/data.csv", 0}, Case{"inner", 0}, Case{"", 0},
        Case{"link.csv", ELOOP}, Case{"linkdir/secret.csv", ELOOP},
        Case{"harmless.csv", ELOOP}, Case{"missing", ENOENT},
        Case{"inner/data.csv/x", ENOTDIR},
        Case{"../outside/secret.csv", EXDEV}}) {
    EXPECT_EQ(OpenBeneath(fd.get(), c.path).error, c.error) << c.path;
    EXPECT_EQ(WalkBeneath(fd.get(), c.path).error, c.error) << c.path;
  }
}

}  // namespace
}  // namespace tunesmith::server

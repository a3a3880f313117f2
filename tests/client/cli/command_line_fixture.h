#ifndef TUNESMITH_TESTS_CLIENT_CLI_COMMAND_LINE_FIXTURE_H_
#define TUNESMITH_TESTS_CLIENT_CLI_COMMAND_LINE_FIXTURE_H_

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::cli {

// The program's main function against a server that a test scripts.
class CommandLineTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, bool terminal = false) {
    out_.str("");
    err_.str("");
    Console::Options options = {.terminal = terminal, .columns = 80};
    if (answer_.has_value()) options.read_line = [this] { return answer_; };
    Console console(out_, err_, options);
    Environment environment = {.console = console,
                               .clock = clock_,
                               .cancellation = cancellation_,
                               .pause = pause_,
                               .zone = absl::UTCTimeZone(),
                               .program_directory = scratch_.path()};
    arguments.insert(arguments.begin(), {"tunesmith", "--server", address_});
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) {
      argv.push_back(argument.c_str());
    }
    return RunCommandLine(argv.size(), argv.data(), environment);
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  void ServeJob(v1::Job::State state) {
    server_.jobs.get = [state](const v1::GetJobRequest& request, v1::Job& job) {
      job.set_name(request.name());
      job.set_state(state);
      job.set_output_model(state == v1::Job::SUCCEEDED ? "models/out" : "");
      return absl::OkStatus();
    };
    server_.jobs.watch = [state](auto&, const v1::WatchJobRequest& request,
                                 auto& writer) {
      v1::WatchJobResponse response;
      response.mutable_progress()->set_phase(v1::Progress::TRAINING);
      response.mutable_progress()->set_step(3);
      writer.Write(response);
      response.mutable_event()->set_sequence(request.after_sequence() + 1);
      response.mutable_event()->mutable_state_changed()->set_to(state);
      writer.Write(response);
      return absl::OkStatus();
    };
  }

  // A server that takes uploads; uploaded_ and formats_ have what
  // came.
  void ServeUploads() {
    server_.datasets.upload = [this](auto& reader, v1::Dataset& dataset) {
      v1::UploadDatasetRequest request;
      std::string content;
      std::string name;
      while (reader.Read(&request)) {
        if (request.has_header()) {
          name = request.header().file_name();
          formats_[name] = request.header().dataset().format();
        }
        content += request.chunk();
      }
      uploaded_[name] = content;
      dataset.set_name("datasets/of-" + name);
      return absl::OkStatus();
    };
    server_.datasets.get = [](const v1::GetDatasetRequest& request,
                              v1::Dataset& dataset) {
      dataset.set_name(request.name());
      dataset.set_state(v1::Dataset::READY);
      dataset.set_row_count(3);
      dataset.set_finding_count(1);
      return absl::OkStatus();
    };
    server_.datasets.list_findings =
        [](const auto&, v1::ListDatasetFindingsResponse& response) {
          response.add_findings()->set_message("row 2 is odd\x1b[2J");
          return absl::OkStatus();
        };
  }

  void ServeCreate() {
    server_.jobs.create = [this](const v1::CreateJobRequest& request,
                                 v1::CreateJobResponse& response) {
      created_ = request;
      response.mutable_job()->set_name("jobs/new");
      return absl::OkStatus();
    };
  }

  // What somebody at the terminal answers; unset: nobody is there.
  std::optional<std::string> answer_;
  testing::FakeServer server_;
  std::string address_ = server_.address();
  testing::FakeClock clock_;
  testing::FakePause pause_{clock_};
  client::Cancellation cancellation_;
  testing::ScratchDirectory scratch_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::map<std::string, std::string> uploaded_;
  std::map<std::string, v1::DatasetFormat> formats_;
  v1::CreateJobRequest created_;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_TESTS_CLIENT_CLI_COMMAND_LINE_FIXTURE_H_

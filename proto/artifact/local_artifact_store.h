#ifndef TUNESMITH_PROTO_ARTIFACT_LOCAL_ARTIFACT_STORE_H_
#define TUNESMITH_PROTO_ARTIFACT_LOCAL_ARTIFACT_STORE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/artifact/artifact_store.h"

namespace tunesmith {

// Artifacts as directories under one root: `{root}/{uid}/{fence}/`. Server and
// workers share the root: one machine, or a shared volume.
class LocalArtifactStore : public ArtifactStore {
 public:
  // Makes `root` where it is missing.
  static absl::StatusOr<std::unique_ptr<LocalArtifactStore>> Create(
      std::string root);

  absl::StatusOr<std::string> Begin(std::string_view key) override;
  absl::StatusOr<std::string> OpenGroup(std::string_view group) override;
  absl::StatusOr<std::string> Commit(std::string_view key) override;
  absl::StatusOr<std::string> Stage(std::string_view key) override;
  absl::Status Delete(std::string_view key) override;
  absl::Status MoveOut(std::string_view key,
                       const std::string& directory) override;
  absl::StatusOr<ArtifactSize> Measure(std::string_view key) override;
  absl::StatusOr<std::vector<std::string>> List() override;
  absl::Status VisitGroups(
      absl::FunctionRef<absl::Status(const std::string& group)> visit) override;
  absl::StatusOr<std::vector<std::string>> ListGroup(
      std::string_view group) override;

 private:
  explicit LocalArtifactStore(std::string root);
  absl::StatusOr<std::string> PathOf(std::string_view key) const;
  absl::StatusOr<std::string> PathOfGroup(std::string_view group) const;

  const std::string root_;
};

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_LOCAL_ARTIFACT_STORE_H_

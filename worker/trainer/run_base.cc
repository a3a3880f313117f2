#include "worker/trainer/run_base.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/models/bert/sentence_encoder.h"

namespace tunesmith::worker {
namespace {

bool OnlyHeadTrains(const RunBaseRequest& request) {
  std::set<std::string> head;
  for (const ParameterDescription& parameter : request.description.head) {
    head.insert(parameter.name);
  }
  return std::all_of(request.parameters.begin(), request.parameters.end(),
                     [&head](const ParameterPlan& plan) {
                       return plan.frozen || head.contains(plan.name);
                     });
}

bool PoolerIsNew(const ModelDescription& description) {
  const std::vector<std::string>& names = description.new_parameters;
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.find("pooler.") != std::string::npos;
  });
}

// Layers of the model in a checkpoint.
absl::StatusOr<int> LayersIn(const std::string& checkpoint) {
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription description,
                             DescribeModel(checkpoint + "/model"));
  return description.layer_count;
}

// What the base is to be made into; kNone: nothing.
absl::StatusOr<SentencePooling> PoolingFor(const RunBaseRequest& request) {
  const ModelDescription& base = request.description;
  if (base.family != "bert" || !base.head_labels.empty()) {
    return SentencePooling::kNone;
  }
  TUNESMITH_ASSIGN_OR_RETURN(SentencePooling pooling,
                             ReadSentencePooling(request.directory));
  if (pooling == SentencePooling::kNone && PoolerIsNew(base)) {
    pooling = SentencePooling::kFirstToken;
  }
  if (request.checkpoint.empty()) {
    return OnlyHeadTrains(request) ? pooling : SentencePooling::kNone;
  }
  // It holds all weights, and whether there is a layer more.
  TUNESMITH_ASSIGN_OR_RETURN(int layers, LayersIn(request.checkpoint));
  return pooling == SentencePooling::kMean && layers == base.layer_count + 1
             ? pooling
             : SentencePooling::kNone;
}

// The plan of a parameter of a layer that was added: that of its counterpart in
// the layer below.
ParameterPlan PlanOfAdded(const ParameterDescription& added,
                          const std::vector<ParameterPlan>& plan) {
  const int layer = added.layer.value_or(0);
  const std::string below = absl::StrReplaceAll(
      added.name,
      {{absl::StrCat(".", layer, "."), absl::StrCat(".", layer - 1, ".")}});
  for (const ParameterPlan& one : plan) {
    if (one.name != below) continue;
    ParameterPlan same = one;
    same.name = added.name;
    return same;
  }
  return {.name = added.name, .frozen = true};
}

DataFinding WhatWasDone(SentencePooling pooling,
                        const ModelDescription& description) {
  std::string message =
      pooling == SentencePooling::kMean
          ? absl::StrCat(
                "the base model was trained for the mean over all tokens, and "
                "its pooler, which classifiers look at, never was: a layer "
                "that brings the mean to the first token was added, so that "
                "the result has ",
                description.layer_count, " layers, and the pooler hands it on")
          : "the base model's pooler, which classifiers look at, was never "
            "trained: it now hands the first token's state on";
  return {.code = FindingCode::kConvertedWeights,
          .severity = FindingSeverity::kNote,
          .message = std::move(message)};
}

}  // namespace

absl::StatusOr<RunBase> PrepareRunBase(const RunBaseRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(SentencePooling pooling, PoolingFor(request));
  RunBase base{.directory = request.directory,
               .parameters = request.parameters,
               .finding = std::nullopt};
  if (pooling == SentencePooling::kNone) return base;
  std::error_code error;
  std::filesystem::create_directory(request.scratch, error);
  if (error) {
    return absl::InternalError(
        absl::StrCat("cannot make ", request.scratch, ": ", error.message()));
  }
  TUNESMITH_RETURN_IF_ERROR(
      WriteSentenceEncoder(request.directory, pooling, request.scratch));
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription made,
                             DescribeModel(request.scratch));
  std::set<std::string> planned;
  for (const ParameterPlan& plan : request.parameters) {
    planned.insert(plan.name);
  }
  for (const ParameterDescription& parameter : made.parameters) {
    if (planned.contains(parameter.name)) continue;
    base.parameters.push_back(PlanOfAdded(parameter, request.parameters));
  }
  base.directory = request.scratch;
  base.finding = WhatWasDone(pooling, made);
  return base;
}

}  // namespace tunesmith::worker

#ifndef TUNESMITH_TESTS_SERVER_JOBS_RANDOM_FREEZE_H_
#define TUNESMITH_TESTS_SERVER_JOBS_RANDOM_FREEZE_H_

#include <algorithm>
#include <random>
#include <string>

#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {

// A number from `least` to `most`.
inline int Draw(std::mt19937& random, int least, int most) {
  return least +
         static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
}

// Parameters of one block, of random shapes.
inline void AddRandomParameters(
    google::protobuf::RepeatedPtrField<v1::ModelParameter>& list,
    const std::string& prefix, v1::ModelParameter::Block block, int layer,
    std::mt19937& random) {
  for (int i = Draw(random, 1, 4); i > 0; --i) {
    std::string name = prefix + ".part" + std::to_string(i);
    if (random() % 2 == 0) {
      AddParameter(list, name + ".bias", {Draw(random, 1, 9)}, block, layer);
    } else {
      AddParameter(list, name + ".weight",
                   {Draw(random, 1, 9), Draw(random, 1, 9)}, block, layer);
    }
  }
}

// A network of 1 to 6 layers, with a pooler or without.
inline internal::v1::ModelFacts RandomFacts(std::mt19937& random) {
  using v1::ModelParameter;
  internal::v1::ModelFacts facts;
  auto& list = *facts.mutable_parameters();
  AddRandomParameters(list, "net.embeddings", ModelParameter::EMBEDDINGS, -1,
                      random);
  int layers = Draw(random, 1, 6);
  for (int i = 0; i < layers; ++i) {
    AddRandomParameters(list, "net.layer." + std::to_string(i),
                        ModelParameter::LAYER, i, random);
  }
  if (random() % 2 == 0) {
    AddRandomParameters(list, "net.pooler", ModelParameter::POOLER, -1, random);
  }
  v1::TaskHead& head = *facts.add_heads();
  head.set_task(v1::TEXT_CLASSIFICATION);
  AddParameter(*head.mutable_parameters(), "head.weight", {0, 4},
               ModelParameter::HEAD);
  AddParameter(*head.mutable_parameters(), "head.bias", {0},
               ModelParameter::HEAD);
  return facts;
}

// A pattern that matches at least one parameter of the network.
inline std::string RandomPattern(const internal::v1::ModelFacts& facts,
                                 std::mt19937& random) {
  std::string name =
      facts.parameters(Draw(random, 0, facts.parameters_size() - 1)).name();
  size_t begin = random() % name.size();
  size_t size = random() % (name.size() - begin + 1);
  return name.replace(begin, size, size == 1 ? "?" : "*");
}

inline int LayersOf(const internal::v1::ModelFacts& facts) {
  int layers = 0;
  for (const v1::ModelParameter& parameter : facts.parameters()) {
    if (parameter.block() == v1::ModelParameter::LAYER) {
      layers = std::max(layers, parameter.layer() + 1);
    }
  }
  return layers;
}

// A policy of any kind that fits the network.
inline v1::FreezePolicy RandomPolicy(const internal::v1::ModelFacts& facts,
                                     std::mt19937& random) {
  const int layers = LayersOf(facts);
  v1::FreezePolicy policy;
  switch (random() % 6) {
    case 0:
      policy.mutable_none();
      break;
    case 1:
      policy.mutable_backbone();
      break;
    case 2:
      policy.mutable_first_layers()->set_count(Draw(random, 0, layers));
      if (random() % 2 == 0) {
        policy.mutable_first_layers()->set_embeddings(random() % 2 == 0);
      }
      break;
    case 3:
      policy.mutable_last_layers_trainable()->set_count(
          Draw(random, 0, layers));
      break;
    case 4:
      for (int i = Draw(random, 0, 3); i > 0; --i) {
        policy.mutable_patterns()->add_frozen(RandomPattern(facts, random));
      }
      policy.mutable_patterns()->add_trainable(RandomPattern(facts, random));
      break;
    default: {
      auto& gradual = *policy.mutable_gradual_unfreezing();
      if (random() % 2 == 0) gradual.set_epochs_per_stage(Draw(random, 1, 3));
      if (random() % 2 == 0) {
        gradual.set_layers_per_stage(Draw(random, 1, layers));
      }
      if (random() % 2 == 0) gradual.set_embeddings(random() % 2 == 0);
    }
  }
  return policy;
}

// Rates by layer and by pattern, or neither.
inline v1::Hyperparameters RandomRates(const internal::v1::ModelFacts& facts,
                                       std::mt19937& random) {
  v1::Hyperparameters values;
  if (random() % 2 == 0) values.set_layer_decay(Draw(random, 1, 10) / 10.0);
  for (int i = Draw(random, 0, 2); i > 0; --i) {
    auto& group = *values.add_learning_rate_groups();
    group.set_pattern(RandomPattern(facts, random));
    group.set_factor(Draw(random, 1, 30) / 10.0);
  }
  return values;
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_JOBS_RANDOM_FREEZE_H_

//===- Sampler.h - The next token of a text -----------------------------------------------------------*- C++ -*-===//
//
// From logits to a token, in the order of transformers' generate(): the repetition penalty over prompt and text, the
// temperature, the k likeliest, the likeliest that make up p, a draw. All in double precision and in the order of the ids, so
// that the same logits and the same seed give the same token everywhere.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_SAMPLER_H
#define MAMBAC_LIB_RUNTIME_RUNNER_SAMPLER_H

#include "lib/Runtime/Runner/Random.h"

#include <vector>

namespace mambac::runner {

struct SamplerOptions {
  double temperature = 1; ///< 0: the likeliest token, the first of several
  int topK = 0;           ///< 0: all
  double topP = 1;
  double repetitionPenalty = 1;
};

class Sampler {
public:
  Sampler(const SamplerOptions &options, uint64_t seed) : options(options), random(seed) {}

  /// A token of the text, for the repetition penalty.
  void note(int64_t token);
  /// Forgets the tokens.
  void forget() { seen.clear(); }
  int64_t sample(const std::vector<double> &logits);

  /// The probabilities that sample() draws from; 0 for tokens that are ruled out.
  std::vector<double> weigh(const std::vector<double> &logits);

private:
  /// A token that may be drawn; of its score, and later of its probability.
  struct Candidate {
    int64_t token;
    double weight;
  };
  const std::vector<double> &penalize(const std::vector<double> &logits);
  void findCandidates(const std::vector<double> &logits);
  void keepLikeliest(const std::vector<double> &scores);
  void keepMass();

  SamplerOptions options;
  Random random;
  std::vector<bool> seen; ///< by token
  // Kept from token to token, as vocabularies are large.
  std::vector<double> penalized, largest;
  std::vector<Candidate> candidates; ///< by token
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_SAMPLER_H

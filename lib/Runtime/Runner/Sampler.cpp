//===- Sampler.cpp - The next token of a text ---------------------------------------------------------------------===//
//
// See Sampler.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Sampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

using namespace mambac::runner;

void Sampler::note(int64_t token) {
  if (options.repetitionPenalty == 1)
    return;
  if (size_t(token) >= seen.size())
    seen.resize(size_t(token) + 1);
  seen[size_t(token)] = true;
}

const std::vector<double> &Sampler::penalize(const std::vector<double> &logits) {
  if (seen.empty())
    return logits;
  penalized = logits;
  for (size_t i = 0; i < std::min(seen.size(), penalized.size()); ++i)
    if (seen[i])
      penalized[i] = penalized[i] < 0 ? penalized[i] * options.repetitionPenalty : penalized[i] / options.repetitionPenalty;
  return penalized;
}

/// All tokens but those that are less likely than the k-th; tokens that are as likely as it stay.
void Sampler::keepLikeliest(const std::vector<double> &scores) {
  size_t k = options.topK > 0 ? std::min(size_t(options.topK), scores.size()) : scores.size();
  candidates.clear();
  double smallest = -HUGE_VAL;
  if (k < scores.size()) {
    // The k largest so far, the smallest of them in front: few scores get in.
    largest.assign(scores.begin(), scores.begin() + std::ptrdiff_t(k));
    std::make_heap(largest.begin(), largest.end(), std::greater<double>());
    for (size_t i = k; i < scores.size(); ++i)
      if (scores[i] > largest.front()) {
        std::pop_heap(largest.begin(), largest.end(), std::greater<double>());
        largest.back() = scores[i];
        std::push_heap(largest.begin(), largest.end(), std::greater<double>());
      }
    smallest = largest.front();
  }
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] >= smallest)
      candidates.push_back({int64_t(i), scores[i]});
}

/// Rules out the tokens behind those, likeliest first, that make up p: the first of all stays, and of two that are as
/// likely the one with the smaller id comes first.
void Sampler::keepMass() {
  double p = options.topP;
  if (p >= 1 || candidates.empty())
    return;
  // Tokens with less than an equal share of what is ruled out are all ruled out: few are left to be sorted.
  double share = (1 - p) / double(candidates.size()) * (1 - 1e-9);
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(), [&](const Candidate &c) { return c.weight < share; }),
                   candidates.end());
  std::sort(candidates.begin(), candidates.end(), [](const Candidate &a, const Candidate &b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  });
  double mass = 0;
  size_t kept = 0;
  do
    mass += candidates[kept++].weight;
  while (mass < p && kept < candidates.size());
  candidates.resize(kept);
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate &a, const Candidate &b) { return a.token < b.token; });
  for (Candidate &candidate : candidates)
    candidate.weight /= mass;
}

/// The tokens that may be drawn, with their probabilities, by their ids.
void Sampler::findCandidates(const std::vector<double> &logits) {
  keepLikeliest(penalize(logits));
  double most = -HUGE_VAL, sum = 0;
  for (const Candidate &candidate : candidates)
    most = std::max(most, candidate.weight);
  for (Candidate &candidate : candidates)
    sum += candidate.weight = candidate.weight == most ? 1 : std::exp((candidate.weight - most) / options.temperature);
  for (Candidate &candidate : candidates)
    candidate.weight /= sum;
  keepMass();
}

std::vector<double> Sampler::weigh(const std::vector<double> &logits) {
  findCandidates(logits);
  std::vector<double> weights(logits.size());
  for (const Candidate &candidate : candidates)
    weights[size_t(candidate.token)] = candidate.weight;
  return weights;
}

int64_t Sampler::sample(const std::vector<double> &logits) {
  if (options.temperature <= 0) {
    const std::vector<double> &scores = penalize(logits);
    return std::max_element(scores.begin(), scores.end()) - scores.begin();
  }
  findCandidates(logits);
  double point = random.uniform();
  for (const Candidate &candidate : candidates)
    if ((point -= candidate.weight) < 0)
      return candidate.token;
  return candidates.empty() ? 0 : candidates.back().token; // Sums round, and logits may be no numbers.
}

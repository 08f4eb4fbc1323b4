//===- Sampler.cpp - The next token of a text ---------------------------------------------------------------------===//
//
// See Sampler.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

using namespace mambac::runner;

static constexpr double kRuledOut = -std::numeric_limits<double>::infinity();

void Sampler::note(int64_t token) {
  if (options.repetitionPenalty == 1)
    return;
  if (size_t(token) >= seen.size())
    seen.resize(size_t(token) + 1);
  seen[size_t(token)] = true;
}

std::vector<double> Sampler::penalize(const std::vector<double> &logits) const {
  std::vector<double> scores = logits;
  for (size_t i = 0; i < std::min(seen.size(), scores.size()); ++i)
    if (seen[i])
      scores[i] = scores[i] < 0 ? scores[i] * options.repetitionPenalty : scores[i] / options.repetitionPenalty;
  return scores;
}

/// Rules out what is less likely than the k-th; tokens that are as likely as it stay.
static void keepLikeliest(std::vector<double> &scores, int k) {
  if (k <= 0 || size_t(k) >= scores.size())
    return;
  std::vector<double> sorted = scores;
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<double>());
  double smallest = sorted[size_t(k) - 1];
  for (double &score : scores)
    if (score < smallest)
      score = kRuledOut;
}

/// Probabilities from scores.
static std::vector<double> softmax(const std::vector<double> &scores) {
  double largest = *std::max_element(scores.begin(), scores.end()), sum = 0;
  std::vector<double> weights(scores.size());
  for (size_t i = 0; i < scores.size(); ++i)
    sum += weights[i] = std::exp(scores[i] - largest);
  for (double &weight : weights)
    weight /= sum;
  return weights;
}

/// Rules out the tokens behind those, likeliest first, that make up p: the first of all stays, and of two that are as
/// likely the one with the smaller id comes first. Tokens are taken one by one from a heap, as few are wanted of many.
static void keepMass(std::vector<double> &weights, double p) {
  if (p >= 1)
    return;
  std::vector<size_t> heap;
  for (size_t i = 0; i < weights.size(); ++i)
    if (weights[i] > 0)
      heap.push_back(i);
  auto isLess = [&](size_t a, size_t b) { return weights[a] != weights[b] ? weights[a] < weights[b] : a > b; };
  std::make_heap(heap.begin(), heap.end(), isLess);
  std::vector<double> kept(weights.size());
  double mass = 0;
  do {
    std::pop_heap(heap.begin(), heap.end(), isLess);
    kept[heap.back()] = weights[heap.back()];
    mass += weights[heap.back()];
    heap.pop_back();
  } while (mass < p && !heap.empty());
  for (double &weight : kept)
    weight /= mass;
  weights = std::move(kept);
}

std::vector<double> Sampler::weigh(const std::vector<double> &logits) const {
  std::vector<double> scores = penalize(logits);
  for (double &score : scores)
    score /= options.temperature;
  keepLikeliest(scores, options.topK);
  std::vector<double> weights = softmax(scores);
  keepMass(weights, options.topP);
  return weights;
}

int64_t Sampler::sample(const std::vector<double> &logits) {
  if (options.temperature <= 0) {
    std::vector<double> scores = penalize(logits);
    return std::max_element(scores.begin(), scores.end()) - scores.begin();
  }
  std::vector<double> weights = weigh(logits);
  double point = random.uniform();
  int64_t last = 0; // Sums round: the last token that may be.
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0)
      last = int64_t(i);
    if ((point -= weights[i]) < 0)
      return int64_t(i);
  }
  return last;
}

//===- Roofline.cpp - --roofline: how far each kernel is from what the machine can do ------------------------------===//
//
// A page with a plot (SVG, no scripts, nothing from elsewhere) and a table. A kernel's limit is the peak of arithmetic or
// what memory can feed at its flops a byte, whichever is less. Equal kernels of several layers are one point.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Peaks.h"
#include "lib/Runtime/Runner/Reports.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdarg>
#include <cstring>
#include <map>
#include <memory>

using namespace mambac::runner;

namespace {

struct Point {
  std::string kernel, kind, module;
  int64_t calls = 0, modules = 0;
  double seconds = 0, flops = 0, bytes = 0;

  double intensity() const { return bytes > 0 ? flops / bytes : 0; }
  bool isPlotted() const { return flops > 0 && bytes > 0 && seconds > 0; }
  /// The share of the limit that was reached.
  double share(const Peaks &peaks) const {
    double least = std::max(flops / peaks.flops, bytes / peaks.bytes);
    return seconds > 0 ? least / seconds : 0;
  }
};

std::string escape(const std::string &text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return result;
}

__attribute__((format(printf, 1, 2))) std::string format(const char *pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

std::vector<Point> collect(mambac_state *state) {
  std::map<std::string, Point> points;
  for (int32_t i = 0; i < mambac_profile_size(state); ++i) {
    mambac_profile_row row;
    if (mambac_profile_get(state, i, &row) || !row.calls)
      continue;
    Point &point = points[row.kernel];
    if (point.kernel.empty())
      point.kernel = row.kernel, point.kind = row.kind, point.module = row.module;
    point.calls += row.calls;
    point.modules += 1;
    point.seconds += row.seconds;
    point.flops += row.flops;
    point.bytes += row.bytes;
  }
  std::vector<Point> sorted;
  for (auto &[name, point] : points)
    sorted.push_back(point);
  std::sort(sorted.begin(), sorted.end(), [](const Point &a, const Point &b) { return a.seconds > b.seconds; });
  return sorted;
}

/// The plot: flops a byte to GFLOP/s, both by powers of ten.
class Plot {
public:
  Plot(const std::vector<Point> &points, const Peaks &peaks) : points(points), peaks(peaks) {
    double ridge = peaks.flops / peaks.bytes, low = ridge, high = ridge, slowest = peaks.flops;
    for (const Point &point : points)
      if (point.isPlotted()) {
        low = std::min(low, point.intensity());
        high = std::max(high, point.intensity());
        slowest = std::min(slowest, point.flops / point.seconds);
      }
    left = std::floor(std::log10(low));
    right = std::ceil(std::log10(high) + 0.2);
    bottom = std::floor(std::log10(slowest * 1e-9));
    top = std::ceil(std::log10(peaks.flops * 1e-9) + 0.1);
    all = 0;
    for (const Point &point : points)
      all += point.seconds;
  }

  std::string draw() const {
    std::string svg = format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Roofline\">\n", width, height);
    for (double power = left; power <= right; ++power)
      svg += line(power, bottom, power, top, "grid") +
             format("<text x=\"%.1f\" y=\"%d\" class=\"tick\">%g</text>\n", x(power), height - 30, std::pow(10, power));
    for (double power = bottom; power <= top; ++power)
      svg += line(left, power, right, power, "grid") +
             format("<text x=\"%d\" y=\"%.1f\" class=\"tick side\">%g</text>\n", margin - 8, y(power) + 4,
                    std::pow(10, power));
    svg += format("<text x=\"%d\" y=\"%d\" class=\"tick\">flops a byte</text>\n", (width + margin) / 2, height - 8);
    svg += format("<text x=\"%d\" y=\"16\" class=\"tick begin\">GFLOP/s</text>\n", margin);
    double ridge = std::log10(peaks.flops / peaks.bytes), roof = std::log10(peaks.flops * 1e-9);
    double start = std::max(left, bottom - std::log10(peaks.bytes * 1e-9));
    svg += line(start, start + std::log10(peaks.bytes * 1e-9), ridge, roof, "roof");
    svg += line(ridge, roof, right, roof, "roof");
    svg += format("<text x=\"%.1f\" y=\"%.1f\" class=\"tick end\">%.0f GFLOP/s</text>\n", x(right) - 4, y(roof) - 6,
                  peaks.flops * 1e-9);
    svg += format("<text x=\"%.1f\" y=\"%.1f\" class=\"tick end\">%.1f GB/s</text>\n", x((start + ridge) / 2) - 8,
                  y((start + ridge) / 2 + std::log10(peaks.bytes * 1e-9)), peaks.bytes * 1e-9);
    double lastY = -100;
    for (const Point &point : points) {
      if (!point.isPlotted())
        continue;
      double atX = x(std::log10(point.intensity())), atY = y(std::log10(point.flops / point.seconds * 1e-9));
      double part = all > 0 ? point.seconds / all : 0;
      svg += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>", atX, atY, 4 + 22 * std::sqrt(part)) +
             escape(point.kernel) + format(": %.1f%% of the time, %.0f%% of its limit</title></circle>\n", 100 * part,
                                           100 * point.share(peaks));
      // Names of what matters; the rest is in the table.
      if (part > 0.02 && std::fabs(atY - lastY) > 10) {
        svg += format("<text x=\"%.1f\" y=\"%.1f\" class=\"name\">", atX + 8 + 22 * std::sqrt(part), atY + 4) +
               escape(point.kernel) + "</text>\n";
        lastY = atY;
      }
    }
    return svg + "</svg>\n";
  }

private:
  static constexpr int width = 960, height = 520, margin = 60;
  double x(double power) const { return margin + (power - left) / (right - left) * (width - margin - 20); }
  double y(double power) const { return height - 50 - (power - bottom) / (top - bottom) * (height - 80); }
  std::string line(double x1, double y1, double x2, double y2, const char *kind) const {
    return format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x(x1), y(y1), x(x2), y(y2),
                  kind);
  }

  const std::vector<Point> &points;
  const Peaks &peaks;
  double left, right, bottom, top, all;
};

const char *const kStyle = R"(<style>
:root { color-scheme: light dark; --ink: #1d1d1f; --soft: #6e6e73; --line: #d8d8dc; --dot: #0a63c2; --roof: #b3261e;
  --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --soft: #a0a0a6; --line: #3a3a3e; --dot: #6ab0ff; --roof: #ff8a80; --page: #161618; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; } .grid { stroke: var(--line); } .roof { stroke: var(--roof); stroke-width: 2; }
circle { fill: var(--dot); fill-opacity: .45; stroke: var(--dot); }
.tick, .name { font-size: 12px; fill: var(--soft); text-anchor: middle; }
.side, .end { text-anchor: end; } .begin { text-anchor: start; } .name { fill: var(--ink); text-anchor: start; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); }
th:nth-child(-n+3), td:nth-child(-n+3) { text-align: left; } p { color: var(--soft); }
</style>)";

} // namespace

void mambac::runner::writeRoofline(const Session &session, const Options &options) {
  const std::string &path = options.roofline;
  std::vector<Point> points = collect(session.getState());
  int threads = mambac_state_threads(session.getState());
  Peaks peaks;
  if (options.peakFlops <= 0 || options.peakBandwidth <= 0)
    peaks = measurePeaks(threads);
  bool measured = true;
  if (options.peakFlops > 0)
    peaks.flops = options.peakFlops * 1e9, measured = false;
  if (options.peakBandwidth > 0)
    peaks.bytes = options.peakBandwidth * 1e9, measured = false;
  if (peaks.flops <= 0 || peaks.bytes <= 0)
    throw BadInput("no memory to measure the machine's bandwidth; give it with --peak-bandwidth GB/s");
  double total = 0;
  for (const Point &point : points)
    total += point.seconds;
  std::string sizes;
  for (size_t i = 0; i < session.symbols.size(); ++i)
    sizes += std::string(", ") + session.getEntry().symbols[i].name + " = " + std::to_string(session.symbols[i]);
  std::string name = escape(mambac_model_name(session.getModel()));
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Roofline of " + name +
                     "</title>\n" + kStyle + "</head><body>\n<h1>Roofline of " + name + "</h1>\n";
  page += "<p>Entry " + escape(session.getEntry().name + sizes) + format(", %d threads. ", threads) +
          format("%s: %.1f GFLOP/s of f32 multiply-adds, %.1f GB/s read from memory. ",
                 measured ? "Measured on this machine, after the run" : "Limits as given or measured", peaks.flops * 1e-9,
                 peaks.bytes * 1e-9) +
          "Flops and bytes are those of a kernel's equation: operands that lie in caches, or are read again, do not count. "
          "The area of a circle is its share of the time.</p>\n";
  page += Plot(points, peaks).draw();
  page += "<table><thead><tr><th>kernel</th><th>kind</th><th>first place in the model</th><th>calls</th><th>ms</th>"
          "<th>share</th><th>flops a byte</th><th>GFLOP/s</th><th>GB/s</th><th>of its limit</th></tr></thead><tbody>\n";
  for (const Point &point : points) {
    page += "<tr><td>" + escape(point.kernel) + "</td><td>" + escape(point.kind) + "</td><td>" + escape(point.module) +
            (point.modules > 1 ? format(" and %lld more", (long long)point.modules - 1) : "") +
            format("</td><td>%lld</td><td>%.3f</td><td>%.1f%%</td>", (long long)point.calls, point.seconds * 1e3,
                   total > 0 ? 100 * point.seconds / total : 0);
    auto cell = [&](double value, bool known) { page += known ? format("<td>%.4g</td>", value) : "<td>-</td>"; };
    cell(point.intensity(), point.intensity() > 0);
    cell(point.flops / point.seconds * 1e-9, point.flops > 0 && point.seconds > 0);
    cell(point.bytes / point.seconds * 1e-9, point.bytes > 0 && point.seconds > 0);
    double share = 100 * point.share(peaks);
    page += share > 0 ? format("<td>%.0f%%</td></tr>\n", share) : "<td>-</td></tr>\n";
  }
  page += "</tbody></table>\n</body></html>\n";
  std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(path.c_str(), "wbe"), fclose);
  if (!file || fwrite(page.data(), 1, page.size(), file.get()) != page.size() || fclose(file.release()))
    throw BadInput("cannot write " + path + ": " + strerror(errno));
}

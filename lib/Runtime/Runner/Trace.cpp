//===- Trace.cpp - --trace: the run as Perfetto shows it -----------------------------------------------------------===//
//
// The Chrome trace event format: one lane for kernels, one for each thread's pieces of parallel loops. Written event by
// event, so that memory does not grow with the trace; a trace that had no room for all events says how many it lacks.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Reports.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

using namespace mambac::runner;

static std::string toText(const nlohmann::ordered_json &json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void mambac::runner::writeTrace(const Session &session, const std::string &path) {
  mambac_state *state = session.getState();
  std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(path.c_str(), "wbe"), fclose);
  auto fail = [&] { throw BadInput("cannot write " + path + ": " + strerror(errno)); };
  if (!file)
    fail();
  nlohmann::ordered_json about;
  about["model"] = mambac_model_name(session.getModel());
  about["entry"] = session.getEntry().name;
  for (size_t i = 0; i < session.symbols.size(); ++i)
    about[session.getEntry().symbols[i].name] = session.symbols[i];
  about["threads"] = mambac_state_threads(state);
  about["events_left_out"] = mambac_trace_dropped(state);
  fprintf(file.get(), "{\"displayTimeUnit\":\"ms\",\"otherData\":%s,\"traceEvents\":[\n", toText(about).c_str());
  auto name = [&](const char *what, int lane, const std::string &text) {
    nlohmann::ordered_json event = {{"ph", "M"}, {"name", what}, {"pid", 1}, {"tid", lane}, {"args", {{"name", text}}}};
    fprintf(file.get(), "%s,\n", toText(event).c_str());
  };
  name("process_name", 0, mambac_model_name(session.getModel()));
  name("thread_name", 0, "kernels");
  // Threads in the order in which they first did something.
  std::map<int32_t, int> lanes;
  bool first = true;
  for (int64_t i = 0, count = mambac_trace_size(state); i < count; ++i) {
    mambac_trace_event event;
    mambac_profile_row row = {};
    if (mambac_trace_get(state, i, &event))
      continue;
    bool known = mambac_profile_get(state, event.kernel, &row) == MAMBAC_OK;
    int lane = 0;
    if (event.piece) {
      auto [at, isNew] = lanes.emplace(event.thread, int(lanes.size()) + 1);
      lane = at->second;
      if (isNew) {
        fprintf(file.get(), "%s", first ? "" : ",\n");
        first = true;
        name("thread_name", lane, "thread " + std::to_string(lane));
      }
    }
    nlohmann::ordered_json json = {{"ph", "X"},
                                   {"name", known ? row.kernel : "outside of kernels"},
                                   {"cat", event.piece ? "piece" : "kernel"},
                                   {"pid", 1},
                                   {"tid", lane},
                                   {"ts", double(event.begin_ns) * 1e-3},
                                   {"dur", double(event.end_ns - event.begin_ns) * 1e-3}};
    if (event.piece) {
      json["args"]["items"] = event.items;
    } else if (known) {
      json["args"]["module"] = row.module;
      json["args"]["kind"] = row.kind;
      // Those of one call: all calls of one number in one run have the same sizes.
      double calls = double(std::max<int64_t>(row.calls, 1)), ns = double(event.end_ns - event.begin_ns);
      for (auto [key, rate, amount] : {std::tuple("flops", "GFLOP/s", row.flops / calls),
                                       std::tuple("bytes", "GB/s", row.bytes / calls)})
        if (amount > 0) {
          json["args"][key] = amount;
          if (ns > 0)
            json["args"][rate] = amount / ns;
        }
    }
    fprintf(file.get(), "%s%s", first ? "" : ",\n", toText(json).c_str());
    first = false;
  }
  // The last thing is an event, so that there is no comma too many.
  if (first)
    fprintf(file.get(), "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":1,\"tid\":0,\"args\":{\"sort_index\":0}}");
  fprintf(file.get(), "\n]}\n");
  if (ferror(file.get()) || fclose(file.release()))
    fail();
}

// What the application layer costs: request scopes beside a session that is passed by hand.
#include "pair.hpp"

#include <databased/databased.hpp>

namespace {

using namespace databased;
using benchmarks::Pair;

constexpr int scopes = 2'000;

Task<int> answer_with(Session& session) { co_return session.depth(); }
Task<int> answer_by_hand(Session& session) { co_return co_await answer_with(session); }

Task<int> answer_in_scope(Database& database) {
    Session& session = co_await current_session(database);
    co_return co_await answer_with(session);
}

Task<> by_hand(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        int answer = co_await database.session(answer_by_hand);
        benchmark::DoNotOptimize(answer);
    }
}

Task<> in_scopes(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        int answer = co_await session_scope([&] { return answer_in_scope(database); });
        benchmark::DoNotOptimize(answer);
    }
}

/// Requests that ask for their session but run no statement: what is left is the cost of the scope. "raw" passes it by
/// hand.
void request_scope(benchmark::State& state) {
    EventLoop loop;
    Database database{"sqlite:///:memory:"};
    loop.run(database.connect());
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { loop.run(by_hand(database, scopes)); }, [&] { loop.run(in_scopes(database, scopes)); });
    }
    pair.report(scopes);
    loop.run(database.disconnect());
}
BENCHMARK(request_scope)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);

}  // namespace

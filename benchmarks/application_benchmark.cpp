// What the application layer costs: blocking calls beside a bare hand-over to the loop's thread and back that awaits
// the same, and request scopes beside a session that is passed by hand.
#include "blocking/gate.hpp"
#include "pair.hpp"
#include "server.hpp"

#include <databased/databased.hpp>
#include <databased/detail/waiter.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

using namespace databased;
using benchmarks::Pair;
using detail::Gate;

constexpr int calls = 50;
constexpr int scopes = 2'000;
constexpr int rows = 1'000;
const char* const select_one = "SELECT body FROM databased_benchmark WHERE id = ?";

Task<> fill(Database& database) {
    co_await database.execute("DROP TABLE IF EXISTS databased_benchmark");
    co_await database.execute("CREATE TABLE databased_benchmark (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)");
    for (int i = 1; i <= rows; ++i)
        co_await database.execute("INSERT INTO databased_benchmark VALUES (?, ?)", i, 2 * i);
}

/// A file of this process, in which writes need not be durable.
class File {
  public:
    ~File() {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    }
    std::string url() const { return "sqlite:///" + path_ + "?synchronous=off"; }

  private:
    std::string path_ =
        (std::filesystem::temp_directory_path() / ("databased-application-" + std::to_string(getpid()))).string();
};

/// A thread with a loop and a Database, and nothing more.
class BareLoop {
  public:
    explicit BareLoop(const std::string& url) : database_(url), thread_([this] { databased::run(serve(*this)); }) {
        ready_.wait();
    }
    ~BareLoop() {
        loop_->post([this] { end_->grant(); });
        thread_.join();
    }

    /// Asks `count` times for one row, each time from this thread.
    void select(int count) {
        for (int i = 0; i < count; ++i) {
            Call call{*this, i % rows + 1};
            loop_->post(call);
            call.done.wait();
            benchmark::DoNotOptimize(call.answer);
        }
    }
    /// Goes there and back `count` times for nothing.
    void visit(int count) {
        for (int i = 0; i < count; ++i) {
            Visit visit;
            loop_->post(visit);
            visit.done.wait();
        }
    }

  private:
    struct Visit final : LoopWork {
        void on_loop() noexcept override { done.open(Gate::Reason::finished); }
        Gate done{};
    };
    struct Call final : LoopWork {
        Call(BareLoop& its_loop, int its_key) : bare(its_loop), key(its_key) {}
        void on_loop() noexcept override { bare.loop_->spawn(select_in(*this)); }
        static Task<> select_in(Call& call) {
            call.answer = co_await call.bare.database_.fetch_val<std::int64_t>(select_one, call.key);
            call.done.open(Gate::Reason::finished);
        }
        BareLoop& bare;
        int key;
        std::optional<std::int64_t> answer{};
        Gate done{};
    };
    static Task<> serve(BareLoop& self) {
        detail::Waiter end;
        self.end_ = &end;
        self.loop_ = EventLoop::current();
        co_await self.database_.connect();
        self.ready_.open(Gate::Reason::finished);
        co_await end;
        co_await self.database_.disconnect();
    }

    Database database_;
    EventLoop* loop_ = nullptr;
    detail::Waiter* end_ = nullptr;
    Gate ready_;
    std::thread thread_;
};

void compare_blocking(benchmark::State& state, const std::string& url) {
    BlockingDatabase database{url};
    database.run(fill);
    BareLoop bare{url};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { bare.select(calls); },
                   [&] {
                       for (int i = 0; i < calls; ++i) {
                           auto body = database.fetch_val<std::int64_t>(select_one, i % rows + 1);
                           benchmark::DoNotOptimize(body);
                       }
                   });
    }
    pair.report(calls);
    const auto begin = std::chrono::steady_clock::now();
    bare.visit(calls);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    state.counters["empty_visit_us"] = time.count() / calls;
}

/// Beside a bare hand-over of the same point select.
void blocking_select_sqlite(benchmark::State& state) {
    const File file;
    compare_blocking(state, file.url());
}
BENCHMARK(blocking_select_sqlite)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(2);

void blocking_select_postgresql(benchmark::State& state) { compare_blocking(state, benchmarks::server_url()); }
BENCHMARK(blocking_select_postgresql)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(2);

// Request scopes

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

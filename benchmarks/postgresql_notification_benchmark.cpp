// Notifications of PostgreSQL as a Listener hears them, beside raw libpq that waits for its socket. Both are sent by
// raw libpq over a connection of its own.
#include "pair.hpp"
#include "raw_postgresql.hpp"
#include "server.hpp"

#include <databased/databased.hpp>

#include <string>

namespace {

using namespace databased;
using benchmarks::Pair;
using benchmarks::RawPostgresql;

void send(const RawPostgresql& sender, const char* sql) { PQsendQuery(sender.get(), sql); }

void finish(const RawPostgresql& sender) {
    while (PGresult* result = sender.next()) sender.clear(result);
}

void hear_raw(const RawPostgresql& listener, int count) {
    while (count > 0) {
        PGnotify* notification = PQnotifies(listener.get());
        if (notification == nullptr) {
            listener.wait();
            continue;
        }
        benchmark::DoNotOptimize(std::string{notification->relname} + notification->extra);
        PQfreemem(notification);
        --count;
    }
}

Task<> hear(Listener& listener, int count) {
    for (; count > 0; --count) benchmark::DoNotOptimize(co_await listener.next());
}

/// Each `times` sends what `sql` says, and hears `count` messages before the next time.
void listen_raw(const RawPostgresql& sender, const RawPostgresql& listener, const char* sql, int times, int count) {
    for (; times > 0; --times) {
        send(sender, sql);
        hear_raw(listener, count);
        finish(sender);
    }
}

Task<> listen(const RawPostgresql& sender, Listener& listener, const char* sql, int times, int count) {
    for (; times > 0; --times) {
        send(sender, sql);
        co_await hear(listener, count);
        finish(sender);
    }
}

void measure(benchmark::State& state, const char* sql, int times, int count) {
    const std::string url = benchmarks::server_url();
    const RawPostgresql sender{url};
    const RawPostgresql raw{url};
    raw.run("LISTEN jobs_of_raw");
    EventLoop loop;
    Database database{url};
    Listener listener = loop.run(database.listen("jobs_of_databased"));
    std::string to_raw = sql;
    std::string to_databased = sql;
    to_raw.replace(to_raw.find('%'), 1, "jobs_of_raw");
    to_databased.replace(to_databased.find('%'), 1, "jobs_of_databased");
    const auto of_raw = [&] { listen_raw(sender, raw, to_raw.c_str(), times, count); };
    const auto ours = [&] { loop.run(listen(sender, listener, to_databased.c_str(), times, count)); };
    of_raw();
    ours();
    Pair pair{state};
    for (auto _ : state) pair.round(of_raw, ours);
    pair.report(times * count);
    loop.run(database.disconnect());
}

void postgresql_notification_reaches_its_listener(benchmark::State& state) {
    measure(state, "NOTIFY %, 'number 17 is done'", 500, 1);
}
BENCHMARK(postgresql_notification_reaches_its_listener)->UseManualTime()->Unit(benchmark::kMillisecond);

void postgresql_900_notifications_of_one_commit(benchmark::State& state) {
    measure(state, "SELECT pg_notify('%', 'number ' || i) FROM generate_series(1, 900) i", 10, 900);
}
BENCHMARK(postgresql_900_notifications_of_one_commit)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

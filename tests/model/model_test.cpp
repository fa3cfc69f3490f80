// Random programs of sessions, children, hooks, stops, time limits, transactions that the database ends and connections
// that are lost, several at once on one Database, against a plain model of what they were told.
//
// DATABASED_MODEL_PROGRAMS says how many (2,000), DATABASED_MODEL_SEED where to begin.
#include "model/connect_hook.hpp"
#include "model/program.hpp"
#include "model/statements.hpp"
#include "support/conformance.hpp"
#ifdef DATABASED_POSTGRESQL
    #include "support/postgresql_cluster.hpp"
    #include "support/tcp_proxy.hpp"
#endif

#include <cstdlib>
#include <memory>
#include <set>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using model::ConnectHook;
using model::Faults;
using model::Program;
using model::Traces;

constexpr int programs_at_once = 3;
constexpr int ids_per_program = 10'000;

int number_from(const char* variable, int otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

class Model : public support::Conformance {};
INSTANTIATE_TEST_SUITE_P(On, Model, testing::ValuesIn(support::backends()),
                         [](const auto& backend) { return backend.param; });

Task<std::set<int>> rows_of(Database& control, int owner) {
    const auto ids = co_await control.fetch_all<int>("SELECT id FROM ledger WHERE owner = ?", owner);
    co_return std::set<int>(ids.begin(), ids.end());
}

/// What is wrong with one program; empty if nothing is.
Task<std::string> fault_of(const Program& program, Database& control) {
    const std::set<int> rows = co_await rows_of(control, program.first_id());
    co_return program.complaint() + program.ledger().contradiction(rows);
}

Task<> expect_no_fault(const ConnectHook& hook, Database& control) {
    const std::set<int> rows = co_await rows_of(control, ConnectHook::owner);
    EXPECT_EQ(hook.complaint() + hook.ledger().contradiction(rows), "") << "of the connect hook";
}

/// A few programs at once, each seeded by its number.
Task<bool> round(Database& database, Database& control, int number, Faults faults) {
    std::vector<std::unique_ptr<Program>> programs;
    std::vector<Task<>> tasks;
    for (int i = 0; i < programs_at_once; ++i) {
        const int seed = number + i;
        programs.push_back(std::make_unique<Program>(database, control, static_cast<std::uint32_t>(seed),
                                                     seed * ids_per_program, faults));
        tasks.push_back(programs.back()->run());
    }
    co_await when_all(std::move(tasks));
    bool is_well = true;
    for (const auto& program : programs) {
        const std::string fault = co_await fault_of(*program, control);
        is_well = is_well && fault.empty();
        EXPECT_EQ(fault, "") << "of program " << program->first_id() / ids_per_program << ":\n" << program->story();
    }
    co_return is_well;
}

Task<> make_ledger(Database& control) {
    const bool has_functions = control.url().dialect() != "sqlite";
    for (const char* const sql : model::sql::create_tables) co_await control.execute(sql);
    if (has_functions) co_await control.execute(model::sql::create_function);
}

Options three_connections() {
    Options options;
    options.pool.max_size = 3;
    return options;
}

TEST_P(Model, AgreesWithWhatProgramsWereTold) {
    const int first = number_from("DATABASED_MODEL_SEED", 1);
    const int last = first + number_from("DATABASED_MODEL_PROGRAMS", 2'000);
    databased::run([](std::string url, int from, int to) -> Task<> {
        Database control{url};
        co_await make_ledger(control);
        ConnectHook hook;
        Database database{url, three_connections()};
        hook.add_to(database, Traces{database.url().dialect() == "sqlite"});
        bool is_well = true;
        for (int number = from; number < to && is_well; number += programs_at_once) {
            is_well = co_await round(database, control, number, {});
        }
        co_await database.disconnect();
        co_await expect_no_fault(hook, control);
        co_await control.disconnect();
    }(url(backend() == "sqlite" ? "?synchronous=normal" : ""), first, last));
}

#ifdef DATABASED_POSTGRESQL
/// Through a network that cuts a connection behind a byte that nobody foresees.
Task<> lose_connections(const support::PostgresqlCluster& server, support::TcpProxy& proxy, int first, int last) {
    Database control{server.url()};
    co_await make_ledger(control);
    ConnectHook hook;
    Database database{"postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) + "/postgres",
                      three_connections()};
    hook.add_to(database, Traces{false});
    std::mt19937 random{static_cast<std::uint32_t>(first)};
    bool is_well = true;
    for (int number = first; number < last && is_well; number += programs_at_once) {
        const auto direction = random() % 4 == 0 ? support::Direction::to_server : support::Direction::to_client;
        proxy.cut_after(direction, random() % 3'000);
        is_well = co_await round(database, control, number, {.connections_are_lost = true});
    }
    co_await database.disconnect();
    co_await expect_no_fault(hook, control);
    co_await control.disconnect();
}

TEST(ModelOfLostConnections, AgreesWithWhatProgramsWereTold) {
    const support::PostgresqlCluster server;
    support::TcpProxy proxy{"127.0.0.1", server.port()};
    const int first = number_from("DATABASED_MODEL_SEED", 1);

    databased::run(lose_connections(server, proxy, first, first + number_from("DATABASED_MODEL_PROGRAMS", 2'000)));
}
#endif

}  // namespace

// Writes until it is killed, and says what was acknowledged: "single ID" and "pair ID", each line in one write().
#include <databased/databased.hpp>

#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace databased;

namespace {

void tell(const char* what, std::int64_t id) {
    const std::string line = std::string{what} + " " + std::to_string(id) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(1);
}

Task<> write_singles(Database& database, std::int64_t& next_id) {
    while (true) {
        const auto id = next_id++;
        co_await database.execute("INSERT INTO single (id) VALUES (?)", id);
        tell("single", id);
    }
}

Task<> write_pairs(Database& database, std::int64_t& next_id) {
    while (true) {
        const auto id = next_id++;
        const auto write_both = [&](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO half (pair, side) VALUES (?, 'left')", id);
            co_await session.execute("INSERT INTO half (pair, side) VALUES (?, 'right')", id);
        };
        co_await database.session(write_both);
        tell("pair", id);
    }
}

/// 16 tasks with single statements, which are committed in groups, and two with sessions.
Task<> write_for_ever(std::string url, std::int64_t first_id) {
    Database database{url};
    co_await database.connect();
    std::int64_t next_id = first_id;
    std::vector<Task<>> tasks;
    for (int i = 0; i < 16; ++i) tasks.push_back(write_singles(database, next_id));
    for (int i = 0; i < 2; ++i) tasks.push_back(write_pairs(database, next_id));
    co_await when_all(std::move(tasks));
}

}  // namespace

int main(int, char** arguments) { run(write_for_ever(arguments[1], std::stoll(arguments[2]))); }

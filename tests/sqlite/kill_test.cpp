// A program that is killed at any moment has lost nothing that it was told is committed, and nothing is there in part.
// DATABASED_KILLS says how often (200).
#include "support/process.hpp"
#include "support/sqlite_file.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace {

constexpr std::int64_t ids_per_run = 1'000'000;

/// What the program said before it was killed.
struct Acknowledged {
    std::set<std::int64_t> singles;
    std::set<std::int64_t> pairs;
};

Acknowledged write_and_kill(const support::SqliteFile& file, std::int64_t first_id, std::chrono::microseconds time) {
    support::ChildProcess writer{{KILL_WRITER_PROGRAM, file.url(), std::to_string(first_id)}};
    const bool while_it_opens = time.count() % 2 == 0;
    std::string line = while_it_opens ? std::string{} : writer.read_line();
    writer.listen_for(time);
    writer.kill();
    Acknowledged acknowledged;
    for (line = line.empty() ? writer.read_line() : line; !line.empty(); line = writer.read_line()) {
        std::istringstream words{line};
        std::string what;
        std::int64_t id = 0;
        words >> what >> id;
        (what == "single" ? acknowledged.singles : acknowledged.pairs).insert(id);
    }
    return acknowledged;
}

std::string list_of(const std::set<std::int64_t>& ids) {
    std::string list = "(VALUES (0)";
    for (const auto id : ids) list += ",(" + std::to_string(id) + ")";
    return list + ")";
}

/// How many of `ids` are not in `column` of `table`.
std::int64_t missing(support::RawDatabase& database, const std::set<std::int64_t>& ids, const std::string& table,
                     const std::string& column) {
    return database.integer("SELECT count(*) FROM (SELECT column1 AS id FROM " + list_of(ids) +
                            ") WHERE id <> 0 AND id NOT IN (SELECT " + column + " FROM " + table + ")");
}

/// Everything acknowledged is there, and no pair in part.
void expect_whole(support::RawDatabase database, const Acknowledged& acknowledged) {
    EXPECT_EQ(missing(database, acknowledged.singles, "single", "id"), 0);
    EXPECT_EQ(missing(database, acknowledged.pairs, "half", "pair"), 0);
    EXPECT_EQ(database.integer("SELECT count(*) FROM (SELECT 1 FROM half GROUP BY pair HAVING count(*) <> 2)"), 0);
}

TEST(SqliteKill, NothingAcknowledgedIsLostAndNothingIsThereInPart) {
    const support::SqliteFile file{
        "PRAGMA journal_mode=wal; CREATE TABLE single (id INTEGER PRIMARY KEY);"
        "CREATE TABLE half (pair INTEGER, side TEXT)"};
    std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<int> microseconds{1'000, 100'000};
    std::size_t acknowledged_pairs = 0;
    const char* const wanted = std::getenv("DATABASED_KILLS");
    const int kills = wanted != nullptr ? std::atoi(wanted) : 200;
    for (int i = 1; i <= kills && !testing::Test::HasFailure(); ++i) {
        const std::chrono::microseconds time{microseconds(random)};

        const auto acknowledged = write_and_kill(file, i * ids_per_run, time);

        SCOPED_TRACE("kill " + std::to_string(i) + " after " + std::to_string(time.count()) + " us");
        expect_whole(file.raw(), acknowledged);
        acknowledged_pairs += acknowledged.pairs.size();
    }
    EXPECT_TRUE(file.is_sound());
    EXPECT_GT(acknowledged_pairs, 0U);
}

}  // namespace

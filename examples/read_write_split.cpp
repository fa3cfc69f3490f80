// Writes go to one database and reads to another; the Database is moved while it runs.
// usage: read_write_split [PRIMARY REPLICA SUCCESSOR], three URLs of databases without a table "whoami"
#include <databased/databased.hpp>
#include <databased/json.hpp>

#include <iostream>

using namespace databased;

constexpr SessionOptions to_read{.access = Access::read};

/// With a real replica the second database would have what is in the first.
Task<> give_name(std::string url, std::string name) {
    Database database{url};
    co_await database.execute("CREATE TABLE whoami (name TEXT NOT NULL)");
    co_await database.execute("INSERT INTO whoami VALUES (?)", name);
    co_await database.disconnect();
}

Task<std::string> name_in(Session& session) {
    const auto name = co_await session.fetch_val<std::string>("SELECT name FROM whoami");
    co_return name.value();
}

Task<> show_both(Database& database) {
    std::cout << "writes go to " << co_await database.session(name_in) << ", reads to "
              << co_await database.session(to_read, name_in) << '\n';
}

Task<> program(std::string primary, std::string replica, std::string successor) {
    co_await give_name(primary, "the primary");
    co_await give_name(replica, "the replica");
    co_await give_name(successor, "the successor");

    Database database{Config{}.url(primary).read_url(replica)};
    co_await database.wait_until_ready();
    co_await show_both(database);

    // Single statements that only read. That they only read is enforced by the database.
    auto reader = database.reader();
    const auto names = co_await reader.fetch_val<int>("SELECT count(*) FROM whoami");
    std::cout << names.value() << " name in the replica\n";
    try {
        co_await reader.execute("DELETE FROM whoami");
    } catch (const ReadOnlyError&) {
        std::cout << "a reader cannot write\n";
    }

    // What is open finishes where it began, what begins later goes to the new place.
    Session session = database.session();
    co_await session.open();
    co_await database.switch_to(successor);
    std::cout << "the open session stays with " << co_await name_in(session) << '\n';
    co_await session.close();
    co_await show_both(database);

    const HealthReport health = co_await database.health();
    std::cout << (health.ok() ? "both are well" : health.to_json().dump()) << '\n';
    co_await database.disconnect();
}

int main(int count, char** words) {
    if (count == 4) {
        run(program(words[1], words[2], words[3]));
    } else {
        run(program("sqlite:///primary.sqlite", "sqlite:///replica.sqlite", "sqlite:///successor.sqlite"));
    }
}

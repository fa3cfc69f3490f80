// A web request's session without passing it around.
//
// usage: request_scope [URL]     otherwise DATABASED_URL, otherwise a SQLite database in memory
#include <cstdlib>
#include <databased/databased.hpp>
#include <iostream>
using namespace databased;

struct Response {
    int status;
    std::string text;
};

// Deep inside the program: nobody has passed a session here.
Task<> note(Database& database, std::string what) {
    Session& session = co_await current_session(database);
    co_await session.execute("INSERT INTO audit VALUES (?)", what);
}

Task<Response> transfer(Database& database, int amount) {
    Session& session = co_await current_session(database);
    session.after_commit([amount] { std::cout << "  mail: " << amount << " transferred\n"; });
    co_await note(database, "transfer of " + std::to_string(amount));
    co_await session.execute("UPDATE accounts SET balance = balance - ? WHERE name = 'ann'", amount);
    co_await session.execute("UPDATE accounts SET balance = balance + ? WHERE name = 'bob'", amount);
    auto left = co_await session.fetch_val<int>("SELECT balance FROM accounts WHERE name = 'ann'");
    if (left.value() < 0) co_return Response{409, "not enough money"};
    co_return Response{200, std::to_string(left.value()) + " left"};
}

// What a web framework would call around each handler.
Task<> serve(Database& database, int amount) {
    Response response = co_await session_scope([&] { return transfer(database, amount); },
                                               [](const Response& answer) { return answer.status < 400; });
    std::cout << response.status << ' ' << response.text << '\n';
}

Task<> program(std::string url) {
    Database database{url};
    co_await database.execute("CREATE TABLE accounts (name TEXT NOT NULL, balance INTEGER NOT NULL)");
    co_await database.execute("CREATE TABLE audit (what TEXT NOT NULL)");
    co_await database.execute("INSERT INTO accounts VALUES ('ann', 100), ('bob', 0)");

    co_await serve(database, 70);
    co_await serve(database, 50);

    auto bob = co_await database.fetch_val<int>("SELECT balance FROM accounts WHERE name = 'bob'");
    auto notes = co_await database.fetch_val<int>("SELECT count(*) FROM audit");
    std::cout << "bob has " << bob.value() << ", " << notes.value() << " transfer was noted\n";
    co_await database.execute("DROP TABLE accounts");
    co_await database.execute("DROP TABLE audit");
    co_await database.disconnect();
}

int main(int count, char** arguments) {
    const char* const variable = std::getenv("DATABASED_URL");
    run(program(count > 1 ? arguments[1] : variable != nullptr ? variable : "sqlite:///:memory:"));
}

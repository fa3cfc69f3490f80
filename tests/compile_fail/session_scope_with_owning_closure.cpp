// only: gcc12
// error: GCC before 13 destroys this temporary twice
#include <databased/databased.hpp>

#include <string>

using namespace databased;

Task<> program(Database& database, std::string title) {
    co_await session_scope([&database, title]() -> Task<> {
        Session& session = co_await current_session(database);
        co_await session.execute("INSERT INTO movies VALUES (?)", title);
    });
}

// only: gcc12
// error: GCC before 13 destroys this temporary twice in an expression with co_await
#include <databased/databased.hpp>

#include <string>

databased::Task<> caller(databased::Database& database, std::string title) {
    co_await database.session([title](databased::Session& session) -> databased::Task<> {
        co_await session.execute("INSERT INTO film VALUES (?)", title);
    });
}

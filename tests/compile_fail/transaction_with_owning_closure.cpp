// only: gcc12
// error: GCC before 13 destroys this temporary twice in an expression with co_await
#include <databased/databased.hpp>

#include <string>

databased::Task<> caller(databased::Session& session, std::string title) {
    co_await session.transaction([title](databased::Session& nested) -> databased::Task<> {
        co_await nested.execute("INSERT INTO film VALUES (?)", title);
    });
}

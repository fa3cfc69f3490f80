// error: (no matching function for call|no matching member function for call)
#include <databased/databased.hpp>

databased::Task<> caller(databased::Database& database) {
    co_await database.session([](databased::Session&) { return 42; });
}

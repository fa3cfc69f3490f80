// error: databased: a hook gives void or Task<>
#include <databased/databased.hpp>

using namespace databased;

void program(Session& session) {
    session.after_commit([]() -> Task<int> { co_return 1; });
}

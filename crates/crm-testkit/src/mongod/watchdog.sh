# Runs a server until nobody uses it any more, then ends it and removes its folder.
# $1: the folder; $2: how many seconds it stays when nobody uses it; the rest: the server's command line.
# Who uses it has a file in $1/users that is named by their process id; whose process is gone does not count.
folder=$1
grace=$2
shift 2
# It opens a file for each collection and index.
ulimit -n "$(ulimit -H -n)" 2>/dev/null
"$@" >"$folder/log" 2>&1 &
server=$!
echo "$server" >"$folder/server.pid.new" && mv "$folder/server.pid.new" "$folder/server.pid"

used() {
    for user in "$folder"/users/*; do
        [ -e "$user" ] || continue
        if kill -0 "${user##*/}" 2>/dev/null; then
            return 0
        fi
        rm -f "$user"
    done
    return 1
}

idle=0
while kill -0 "$server" 2>/dev/null; do
    sleep 1
    if used; then
        idle=0
        continue
    fi
    idle=$((idle + 1))
    [ "$idle" -ge "$grace" ] || continue
    # Whoever comes now either is seen here, or sees this file and starts another server.
    : >"$folder/ending"
    if used; then
        rm -f "$folder/ending"
        idle=0
        continue
    fi
    kill -TERM "$server" 2>/dev/null
    left=10
    while kill -0 "$server" 2>/dev/null && [ "$left" -gt 0 ]; do
        sleep 1
        left=$((left - 1))
    done
    kill -KILL "$server" 2>/dev/null
done
# A server that was killed by a test that still runs may be started again in its folder, with another watchdog.
if [ -e "$folder/keep" ] && used; then
    exit 0
fi
rm -rf "$folder"

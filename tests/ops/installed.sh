# Runs in a booted container, as root: installs both packages, makes each party as its own user,
# starts all by systemd, and goes through the whole journey. $PLACE has packages and a photo.
set -euo pipefail
cd "$PLACE"
grep --quiet localhost /etc/hosts || echo "127.0.0.1 localhost" >>/etc/hosts
says() { echo "::$1"; }
as() { local user=$1; shift; setpriv "--reuid=$user" "--regid=$user" --clear-groups env "HOME=/var/lib/$user" "$@"; }
ready() { curl --silent --show-error --fail --retry 300 --retry-delay 1 --retry-all-errors --output /dev/null "$1"; }

says install
dpkg --install ./*.deb
for unit in habeas-trustee habeas-log habeas-portal habeas-portal-worker; do
  systemctl start "$unit" # nothing is there: it stays down, and that is no failure
  test "$(systemctl is-active "$unit")" = inactive
done

says trustees
# One machine stands for four: further trustees have the packaged unit under other names.
for n in 1 2 3 4; do
  user=habeas-trustee; folder=/var/lib/habeas-trustee
  if [ "$n" != 1 ]; then
    folder=/var/lib/habeas-trustee-$n
    sed "s,^StateDirectory=.*,StateDirectory=habeas-trustee-$n,; s,/var/lib/habeas-trustee/,$folder/," \
      /lib/systemd/system/habeas-trustee.service >"/etc/systemd/system/habeas-trustee-$n.service"
  fi
  install -d -m 0700 -o "$user" -g "$user" "$folder"
  as "$user" habeas-trustee setup --name "trustee-$n.example" --url "http://127.0.0.1:810$n" \
    --data "$folder" --port "810$n" --passphrase "$folder/passphrase"
done

says log, portal, office
install -d -m 0700 -o habeas-log -g habeas-log /var/lib/habeas-log
as habeas-log habeas log init --data /var/lib/habeas-log --origin log.city.example >log.vkey
install -d -m 0700 -o habeas-portal -g habeas-portal /var/lib/habeas-portal
as habeas-portal habeas portal init --data /var/lib/habeas-portal --url http://localhost:8000 >custodian.json
export HABEAS_OFFICE_PASSPHRASE HABEAS_OFFICER_PASSPHRASE
HABEAS_OFFICE_PASSPHRASE=$(openssl rand -hex 24)
HABEAS_OFFICER_PASSPHRASE=$(openssl rand -hex 24)
for office in licensing-office interior-ministry parks-department; do
  habeas office init --data "office-$office" --office "$office" --name "$office" \
    --origin http://localhost:8200 --portal http://localhost:8000 >"$office.json"
done

says circle
cat >rest.json <<JSON
{"k": 2, "q": 3, "r": 3, "delays": {"circle_seconds": 0, "roster_seconds": 0},
 "log": {"origin": "log.city.example", "url": "http://127.0.0.1:8001", "vkeys": ["$(cat log.vkey)"]},
 "custodian": $(cat custodian.json)}
JSON
habeas trustee circle draft circle.txt --settings rest.json \
  --trustee /var/lib/habeas-trustee/identity.json --trustee /var/lib/habeas-trustee-2/identity.json \
  --trustee /var/lib/habeas-trustee-3/identity.json --trustee /var/lib/habeas-trustee-4/identity.json \
  --office licensing-office.json --office interior-ministry.json --office parks-department.json
chmod 666 circle.txt
chmod 777 .
for n in 1 2 3 4; do
  folder=/var/lib/habeas-trustee; [ "$n" = 1 ] || folder=$folder-$n
  as habeas-trustee habeas-trustee circle sign circle.txt --config "$folder/habeas.toml"
done
for n in 1 2 3 4; do
  folder=/var/lib/habeas-trustee; [ "$n" = 1 ] || folder=$folder-$n
  as habeas-trustee habeas-trustee circle adopt circle.txt --config "$folder/habeas.toml"
done
as habeas-log habeas log adopt circle.txt --data /var/lib/habeas-log
as habeas-portal habeas portal adopt circle.txt --data /var/lib/habeas-portal

says start
systemctl daemon-reload
units="habeas-trustee habeas-trustee-2 habeas-trustee-3 habeas-trustee-4 habeas-log habeas-portal-worker habeas-portal"
for unit in $units; do systemctl start "$unit"; done
for n in 1 2 3 4; do ready "http://127.0.0.1:810$n/livez"; done
ready http://127.0.0.1:8001/readyz
habeas office roster add "O. Petrova" --data office-licensing-office --log http://127.0.0.1:8001
habeas office publish desk --data office-licensing-office --circle circle.txt
ready http://127.0.0.1:8000/readyz

says journey
habeas seal photo.png --portal http://localhost:8000 --pin circle.txt --receipt receipt.json \
  -f full_name="Anna Example" -f date_of_birth=1980-05-17 -f address="1 Forest Lane"
reference=$(python3 -c 'import json; print(json.load(open("receipt.json"))["reference"])')
until habeas open "$reference" --purpose decide-application --reason "To decide." --out opened.jpg \
  --key desk/people/*.json --portal http://localhost:8000; do sleep 1; done
test -s opened.jpg
until habeas verify receipt.json --pin circle.txt; do sleep 1; done
until habeas withdraw receipt.json; do sleep 1; done

says hardening
for unit in $units; do
  test "$(systemctl is-active "$unit")" = active
  pid=$(systemctl show --property MainPID --value "$unit")
  grep --quiet "^NoNewPrivs:.1" "/proc/$pid/status"
  grep --quiet "^Seccomp:.2" "/proc/$pid/status"
  grep --quiet "^CapBnd:.0000000000000000" "/proc/$pid/status"
  test "$(stat --format %U "/proc/$pid")" = "$(systemctl show --property User --value "$unit")"
  systemd-analyze security --no-pager --threshold=20 "$unit" | tail -1
done

says again
for unit in $units; do systemctl kill --signal=KILL "$unit"; done
for n in 1 2 3 4; do ready "http://127.0.0.1:810$n/livez"; done
ready http://127.0.0.1:8001/readyz
ready http://127.0.0.1:8000/readyz
until habeas verify receipt.json --pin circle.txt; do sleep 1; done
says end
